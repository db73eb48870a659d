#include "net/certificate_refusal.hpp"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace omegasafe::net {

namespace {

const char* way_out(int verdict) {
    switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "name the certificate to trust in SSL_CERT_FILE, or use development mode for a test server.";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "use a name that it was made for, or have the server's operator add this one to it.";
    default:
        return "have the server's operator replace it.";
    }
}

bool names_hosts(const X509* certificate) {
    return X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
}

} // namespace

std::string certificate_refusal(const std::string& server, X509_STORE_CTX* failed) {
    const std::string whose = "The certificate of " + server;
    const X509* const own = X509_STORE_CTX_get0_cert(failed);
    const int verdict = X509_STORE_CTX_get_error(failed);
    // Of one that nobody vouches for OpenSSL does not say that it is expired too.
    if (verdict == X509_V_ERR_CERT_HAS_EXPIRED || X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
        return whose + " has expired; check the clock of this device, and have the server's operator renew it.";
    if (verdict == X509_V_ERR_CERT_NOT_YET_VALID || X509_cmp_current_time(X509_get0_notBefore(own)) > 0)
        return whose + " is not valid yet; check the clock of this device, and have the server's operator renew it.";
    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH && !names_hosts(own))
        return whose + " names no host in its subjectAltName; have the server's operator make one that does.";
    return whose + " was not accepted (" + X509_verify_cert_error_string(verdict) + "); " + way_out(verdict);
}

} // namespace omegasafe::net
