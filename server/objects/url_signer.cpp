#include "server/objects/url_signer.hpp"

#include "crypto/hash.hpp"
#include "crypto/position.hpp"
#include "crypto/text_encoding.hpp"
#include <map>

namespace omegasafe::server {

namespace {

constexpr std::string_view prefix = "/objects/";
constexpr std::size_t uuid_length = 36;

std::string path_of(const object_permit& permit) {
    return std::string{prefix} + crypto::to_string(permit.key_uuid) + "/" + crypto::to_string(permit.delta_uuid);
}

/// UUIDs and numbers of a query; nothing when one is not what it should be.
std::optional<object_permit> parsed(const request& request) {
    if (!is_object_path(request.path))
        return std::nullopt;
    const auto parameters = query_parameters(request.query);
    if (!parameters)
        return std::nullopt;
    std::map<std::string, std::string> query{parameters->begin(), parameters->end()};
    const auto key_uuid = crypto::parse_uuid(request.path.substr(prefix.size(), uuid_length));
    const auto delta_uuid = crypto::parse_uuid(request.path.substr(prefix.size() + uuid_length + 1));
    const auto attempt_uuid = crypto::parse_uuid(query["attempt"]);
    const auto size = crypto::parse_decimal(query["size"]), expires = crypto::parse_decimal(query["expires"]);
    if (!key_uuid || !delta_uuid || !attempt_uuid || !size || !expires || *size > UINT32_MAX || *expires > INT64_MAX)
        return std::nullopt;
    return object_permit{request.method, *key_uuid, *delta_uuid, *attempt_uuid, static_cast<std::uint64_t>(*size),
        query["md5"], static_cast<std::int64_t>(*expires)};
}

} // namespace

bool is_object_path(const std::string& path) {
    return path.starts_with(prefix) && path.size() == prefix.size() + 2 * uuid_length + 1 &&
           path[prefix.size() + uuid_length] == '/';
}

std::string url_signer::signature_of(const object_permit& permit) const {
    const auto text = permit.method + "\n" + path_of(permit) + "\n" + crypto::to_string(permit.attempt_uuid) + "\n" +
                      std::to_string(permit.size_bytes) + "\n" + permit.content_md5 + "\n" +
                      std::to_string(permit.expires_at);
    return crypto::to_hexadecimal(crypto::hmac_sha256(key_, crypto::as_bytes(text)));
}

std::string url_signer::target_of(const object_permit& permit) const {
    return path_of(permit) + "?attempt=" + crypto::to_string(permit.attempt_uuid) +
           "&size=" + std::to_string(permit.size_bytes) + "&md5=" + crypto::percent_encoded(permit.content_md5, false) +
           "&expires=" + std::to_string(permit.expires_at) + "&signature=" + signature_of(permit);
}

std::optional<object_permit> url_signer::check(const request& request, std::int64_t now) const {
    const auto permit = parsed(request);
    if (!permit || permit->expires_at < now)
        return std::nullopt;
    const auto mark = request.query.rfind("&signature=");
    const auto given = mark == std::string::npos ? std::string{} : request.query.substr(mark + 11);
    const auto right = signature_of(*permit);
    return crypto::equal_constant_time(crypto::as_bytes(given), crypto::as_bytes(right)) ? permit : std::nullopt;
}

} // namespace omegasafe::server
