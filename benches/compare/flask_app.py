"""Answers one request with what another server has answered, from memory: Flask under waitress."""

import json
import logging
import sys

import waitress
from flask import Flask, Response

# It tells of every request that has to wait for a thread.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def main():
    answer = json.load(sys.stdin)
    app = Flask("compare")

    @app.get(answer["path"])
    def again():
        return Response(answer["body"], headers=answer["headers"])

    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    print(f"listening on http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


main()
