// What writes the image's files, pinned apart from the module's own requirements: the binary
// holds no root certificates.
module github.com/keyturn/keyturn/docker/rootfs

go 1.26.0

require golang.org/x/crypto/x509roots/fallback v0.0.0-20261030153154-30a33513ff6d
