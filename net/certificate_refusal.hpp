// Why a server's certificate was refused, and the way out that is true for it.
#pragma once

#include <openssl/ssl.h>
#include <string>

namespace omegasafe::net {

/// One sentence about the certificate of `server` (host:port), from the check that has just failed. Trusting what is
/// expired, or development mode, is no way out of anything but a missing issuer.
std::string certificate_refusal(const std::string& server, X509_STORE_CTX* failed);

} // namespace omegasafe::net
