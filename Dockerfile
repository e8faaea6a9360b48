# The program alone, static, not as root. Needs BuildKit, as Docker has since 23.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/causeway ./cmd/causeway \
 && mkdir -p /out/data

# Certificates and time zones, a user without rights, and nothing to run but us.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/causeway /causeway
# A volume that is made here belongs to the user who writes in it.
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["/causeway", "healthy", "-url", "http://127.0.0.1:8080"]
ENTRYPOINT ["/causeway"]
CMD ["serve", "-config", "/etc/causeway.yaml"]
