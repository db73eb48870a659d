// Deltas on their way to and from the storage that an HTTP ECS names (reference, create-key: upload safeguards).
#include "crypto/text_encoding.hpp"
#include "ecs/ecs_http.hpp"
#include "storage/container/attributes.hpp"
#include "wire/routes.hpp"
#include "wire/upload_terms.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

namespace {

using crypto::to_string;
using net::http_response;
using nlohmann::json;
using storage::position_to_json;

bool fine(const http_response& answer) {
    return answer.status / 100 == 2;
}

[[noreturn]] void refuse_storage(const std::string& what, const http_response& answer) {
    throw failure(errc::ecs_rejected, "The storage of the ECS " + what + " (status " + std::to_string(answer.status) +
                                          "); try again, and ask the owner of the storage if it stays.");
}

} // namespace

upload_permit parse_upload_permit(const json_answer& answer, std::uint64_t size, const std::string& content_md5) {
    upload_permit permit{answer.id("upload_attempt_uuid"), answer.text("upload_url"), answer.texts("headers")};
    if (answer.text("method") != "PUT")
        answer.refuse("wants a Delta sent by another method than PUT");
    const auto in_order = [](net::http_headers headers) {
        for (auto& header : headers)
            header.first = crypto::lower_case(header.first);
        std::ranges::sort(headers);
        return headers;
    };
    if (in_order(permit.headers) != in_order(wire::upload_headers({permit.attempt, size, content_md5})))
        answer.refuse("would have a Delta stored under other conditions than asked for (size, MD5, attempt)");
    return permit;
}

void ecs_http::upload(const uuid& key_uuid, const ecs_delta& delta, crypto::const_byte_span container) {
    require_uploadable(delta, container);
    const auto md5 = wire::content_md5(container);
    const auto permit = parse_upload_permit(
        api_.post(wire::routes::delta_upload_url,
            {{"key_uuid", to_string(key_uuid)}, {"delta_uuid", to_string(delta.delta_uuid)},
                {"seq_number", delta.seq_number}, {"start_global_position", position_to_json(delta.positions.first)},
                {"end_global_position", position_to_json(delta.positions.last)}, {"size_bytes", container.size()},
                {"content_md5", md5}},
            repeat::never),
        container.size(), md5);

    // A second try meets what the first one stored: 412. Whether it is ours is the server's to judge, by the attempt.
    const auto stored = api_.transfer(permit.url, {.method = "PUT", .headers = permit.headers, .body = container});
    if (!fine(stored) && stored.status != 412)
        refuse_storage("refused the Delta", stored);
    const auto confirmed =
        parse_ecs_delta(api_.post(wire::routes::confirm_delta_upload,
                                {{"key_uuid", to_string(key_uuid)}, {"delta_uuid", to_string(delta.delta_uuid)},
                                    {"upload_attempt_uuid", to_string(permit.attempt)}},
                                repeat::safe)
                            .object("delta"));
    if (confirmed.delta_uuid != delta.delta_uuid || confirmed.seq_number != delta.seq_number ||
        confirmed.positions != delta.positions)
        throw failure(errc::ecs_rejected, "The ECS at " + api_.host() + " confirmed another Delta than it was sent.");
}

std::vector<std::uint8_t> ecs_http::download(const uuid& key_uuid, const uuid& delta_uuid) {
    const auto permit = api_.post(wire::routes::delta_download_url,
        {{"key_uuid", to_string(key_uuid)}, {"delta_uuid", to_string(delta_uuid)}}, repeat::safe);
    const auto size = permit.number("size_bytes");
    if (permit.text("method") != "GET" || size > limits::delta_container_bytes)
        permit.refuse("has a Delta that is larger than 10 MiB, or to be fetched by another method than GET");
    if (!permit.texts("headers").empty())
        permit.refuse("would have a Delta fetched with headers of its own");
    auto answer =
        api_.transfer(permit.text("download_url"), {.method = "GET", .largest_answer = limits::delta_container_bytes});
    if (answer.status == 404)
        throw failure(errc::delta_missing, "The file of Delta " + to_string(delta_uuid) + " of key " +
                                               to_string(key_uuid) + " is gone from the storage of the ECS.");
    if (!fine(answer))
        refuse_storage("refused to give the Delta", answer);
    if (answer.body.size() != size || wire::content_md5(answer.body) != permit.text("content_md5"))
        throw failure(errc::container_damaged, "The storage of the ECS gave another file for Delta " +
                                                   to_string(delta_uuid) +
                                                   " than was uploaded (size or MD5); nothing of it was used.");
    return std::move(answer.body);
}

} // namespace omegasafe::ecs
