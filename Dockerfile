# The server. Everything it keeps is below /data. docs/server.md says how to run it.

FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p bchan

FROM debian:bookworm-slim
RUN useradd --system --uid 5050 --home-dir /data bchan \
    && install -d -o bchan -g bchan -m 0700 /data
COPY --from=build /src/target/release/bchan /usr/local/bin/bchan
USER bchan
VOLUME /data
EXPOSE 5050
# It stops cleanly on SIGTERM, which is what `docker stop` sends.
ENTRYPOINT ["bchan"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:5050"]
