#include "server/commands/certificate.hpp"

#include "crypto/random.hpp"
#include "storage/files/atomic_file.hpp"
#include <arpa/inet.h>
#include <array>
#include <memory>
#include <omegasafe/error.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace omegasafe::server {

namespace {

template <auto free_it>
struct freed {
    template <class T>
    void operator()(T* pointer) const {
        free_it(pointer);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed<BIO_free_all>>;

constexpr long lifetime_seconds = 10L * 365 * 24 * 3600;

void require(bool done) {
    if (!done)
        throw failure(errc::internal, "The certificate cannot be made.");
}

bool is_address(const std::string& name) {
    std::array<std::uint8_t, 16> ignored{};
    return ::inet_pton(AF_INET, name.c_str(), ignored.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), ignored.data()) == 1;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, freed<X509_EXTENSION_free>> extension{
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

certificate_ptr self_signed(EVP_PKEY* key, const std::vector<std::string>& names) {
    certificate_ptr certificate{X509_new()};
    require(certificate && X509_set_version(certificate.get(), 2) == 1);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), crypto::random_below(INT64_MAX) + 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600); // clocks differ
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), lifetime_seconds);
    require(X509_set_pubkey(certificate.get(), key) == 1);
    auto* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(names.front().c_str()), -1, -1, 0);
    require(X509_set_issuer_name(certificate.get(), subject) == 1);
    std::string alternatives;
    for (const auto& name : names)
        alternatives += (alternatives.empty() ? "" : ",") + std::string{is_address(name) ? "IP:" : "DNS:"} + name;
    add_extension(certificate.get(), NID_subject_alt_name, alternatives);
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature,keyCertSign");
    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
    require(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
    return certificate;
}

void write(const std::filesystem::path& path, const bio_ptr& pem) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(pem.get(), &data);
    storage::atomic_file file(path, storage::existing_target::refuse);
    file.write_at(0, crypto::as_bytes({data, static_cast<std::size_t>(size)}));
    file.commit();
}

} // namespace

void make_certificate(
    const std::filesystem::path& certificate, const std::filesystem::path& key, const std::vector<std::string>& names) {
    const key_ptr made{EVP_EC_gen("P-256")};
    require(made != nullptr);
    const auto signed_by_itself = self_signed(made.get(), names);
    const bio_ptr key_pem{BIO_new(BIO_s_secmem())}, certificate_pem{BIO_new(BIO_s_mem())};
    require(PEM_write_bio_PrivateKey(key_pem.get(), made.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    require(PEM_write_bio_X509(certificate_pem.get(), signed_by_itself.get()) == 1);
    write(key, key_pem);
    write(certificate, certificate_pem);
}

} // namespace omegasafe::server
