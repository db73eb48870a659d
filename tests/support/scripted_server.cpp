#include "tests/support/scripted_server.hpp"

#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace omegasafe::test {

namespace {

using nlohmann::json;

void require(bool done) {
    if (!done)
        throw std::runtime_error("OpenSSL made no certificate");
}

template <class T, class Free>
std::unique_ptr<T, Free> owned(T* object, Free free) {
    require(object != nullptr);
    return {object, free};
}

void make_certificate(const std::filesystem::path& folder, const certificate_options& options) {
    const auto key = owned(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const auto certificate = owned(X509_new(), X509_free);
    auto* x509 = certificate.get();
    require(X509_set_version(x509, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x509), 1));
    constexpr long day = 24 * 60 * 60;
    require(X509_gmtime_adj(X509_getm_notBefore(x509), options.not_yet_valid ? day : -3 * day) != nullptr);
    require(X509_gmtime_adj(X509_getm_notAfter(x509), options.expired ? -day : 2 * day) != nullptr);
    auto* name = X509_get_subject_name(x509);
    require(X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(options.common_name.c_str()), -1, -1, 0));
    require(X509_set_issuer_name(x509, name) && X509_set_pubkey(x509, key.get()));
    for (const auto& [nid, value] : {std::pair{NID_subject_alt_name, options.names.c_str()},
             std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
        if (*value == '\0')
            continue;
        const auto extension = owned(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value), X509_EXTENSION_free);
        require(X509_add_ext(x509, extension.get(), -1));
    }
    require(X509_sign(x509, key.get(), EVP_sha256()) > 0);
    const auto key_file = owned(BIO_new_file((folder / "key.pem").c_str(), "w"), BIO_free);
    require(PEM_write_bio_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
    const auto certificate_file = owned(BIO_new_file((folder / "cert.pem").c_str(), "w"), BIO_free);
    require(PEM_write_bio_X509(certificate_file.get(), x509));
}

} // namespace

scripted_server::scripted_server(std::optional<certificate_options> certificate) {
    arguments args{OMEGASAFE_SOURCE_DIR "/tests/support/scripted_server.py", folder_.path()};
    if (certificate) {
        make_certificate(folder_.path(), *certificate);
        args.insert(args.end(), {"--cert", folder_ / "cert.pem", "--key", folder_ / "key.pem"});
    }
    run_options options;
    options.program = "python3";
    process_.emplace(args, options);
    for (int i = 0; i < 3000 && !std::filesystem::exists(folder_ / "port"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    port_ = static_cast<std::uint16_t>(std::stoul(read_text(folder_ / "port")));
}

void scripted_server::plays(json turns) {
    // What was asked before keeps its place in the list.
    json all = json::array();
    for (std::size_t i = 0; i < requests().size(); ++i)
        all.push_back(json::object());
    if (turns.is_object()) // one turn in braces
        turns = json::array({std::move(turns)});
    for (auto& turn : turns)
        all.push_back(std::move(turn));
    write_text(folder_ / "turns.new", all.dump());
    std::filesystem::rename(folder_ / "turns.new", folder_ / "turns.json");
}

std::vector<json> scripted_server::requests() const {
    std::vector<json> out;
    if (!std::filesystem::exists(folder_ / "requests.jsonl"))
        return out;
    std::istringstream lines{read_text(folder_ / "requests.jsonl")};
    for (std::string line; std::getline(lines, line);)
        out.push_back(json::parse(line));
    return out;
}

json json_turn(const json& body, unsigned status) {
    return {{"status", status}, {"body", body.dump()}, {"headers", {{"Content-Type", "application/json"}}}};
}

json error_turn(unsigned status, const std::string& code, json details) {
    return json_turn(
        {{"error", {{"code", code}, {"message", "The server's words."}, {"hint", "A hint."},
                       {"request_id", "00000000-0000-4000-8000-000000000000"}, {"details", std::move(details)}}}},
        status);
}

} // namespace omegasafe::test
