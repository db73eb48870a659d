#include "net/aws_signature.hpp"

#include "crypto/hash.hpp"
#include "crypto/text_encoding.hpp"
#include <algorithm>
#include <array>
#include <ctime>

namespace omegasafe::net {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view service = "s3";

/// Without spaces at both ends, runs of them as one.
std::string trimmed(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' || (!out.empty() && out.back() != ' '))
            out += c;
    if (out.ends_with(' '))
        out.pop_back();
    return out;
}

using pairs = std::vector<std::pair<std::string, std::string>>;

/// Lower-case names, in order, Host among them.
pairs signed_headers(const aws_request& request) {
    pairs all{{"host", request.host}};
    for (const auto& [name, value] : request.headers)
        all.emplace_back(crypto::lower_case(name), trimmed(value));
    std::ranges::sort(all);
    return all;
}

std::string names_of(const pairs& headers) {
    std::string names;
    for (const auto& [name, value] : headers)
        names += (names.empty() ? "" : ";") + name;
    return names;
}

std::string encoded_query(const aws_request& request) {
    pairs all;
    for (const auto& [name, value] : request.query)
        all.emplace_back(crypto::percent_encoded(name, false), crypto::percent_encoded(value, false));
    std::ranges::sort(all);
    std::string text;
    for (const auto& [name, value] : all)
        text += (text.empty() ? "" : "&") + name + "=" + value;
    return text;
}

std::string time_text(std::int64_t unix_seconds) {
    const auto seconds = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 17> text{};
    std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return text.data();
}

std::string scope_of(const aws_signer& signer) {
    return time_text(signer.unix_seconds).substr(0, 8) + "/" + signer.region + "/" + std::string{service} +
           "/aws4_request";
}

} // namespace

std::string aws_canonical_request(const aws_request& request, std::string_view payload_hash) {
    const auto headers = signed_headers(request);
    std::string text =
        request.method + "\n" + crypto::percent_encoded(request.path, true) + "\n" + encoded_query(request) + "\n";
    for (const auto& [name, value] : headers)
        text += name + ":" + value + "\n";
    return text + "\n" + names_of(headers) + "\n" + std::string{payload_hash};
}

std::string aws_signature(const aws_signer& signer, const std::string& canonical_request) {
    const auto scope = scope_of(signer);
    const auto to_sign = std::string{algorithm} + "\n" + time_text(signer.unix_seconds) + "\n" + scope + "\n" +
                         crypto::to_hexadecimal(crypto::sha256::of(crypto::as_bytes(canonical_request)));
    crypto::secure_bytes key(4 + signer.secret_access_key.size());
    std::ranges::copy(std::string_view{"AWS4"}, key.data());
    std::ranges::copy(signer.secret_access_key, key.data() + 4);
    for (const auto& part : {scope.substr(0, 8), signer.region, std::string{service}, std::string{"aws4_request"}})
        key = crypto::secure_bytes{crypto::const_byte_span{crypto::hmac_sha256(key, crypto::as_bytes(part))}};
    return crypto::to_hexadecimal(crypto::hmac_sha256(key, crypto::as_bytes(to_sign)));
}

std::string aws_presigned_target(aws_request request, const aws_signer& signer, std::chrono::seconds lifetime) {
    request.query.emplace_back("X-Amz-Algorithm", algorithm);
    request.query.emplace_back("X-Amz-Credential", std::string{signer.access_key_id} + "/" + scope_of(signer));
    request.query.emplace_back("X-Amz-Date", time_text(signer.unix_seconds));
    request.query.emplace_back("X-Amz-Expires", std::to_string(lifetime.count()));
    request.query.emplace_back("X-Amz-SignedHeaders", names_of(signed_headers(request)));
    const auto signature = aws_signature(signer, aws_canonical_request(request, unsigned_payload));
    return crypto::percent_encoded(request.path, true) + "?" + encoded_query(request) + "&X-Amz-Signature=" + signature;
}

} // namespace omegasafe::net
