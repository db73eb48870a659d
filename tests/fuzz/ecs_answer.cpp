// Any answer of an HTTP ECS is read or refused; what is read as a claim, a Delta or a permit keeps its promises.
#include "ecs/ecs_http.hpp"
#include "ecs/ecs_http_account.hpp"
#include "tests/fuzz/fuzz_support.hpp"

using namespace omegasafe;
using namespace omegasafe::ecs;
using omegasafe::fuzz::accepted;
using omegasafe::fuzz::require;
using omegasafe::net::parse_ecs_url;
using omegasafe::net::parse_object_url;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const unsigned status : {400U, 403U, 404U, 409U, 503U})
        require(failure_of({status, {}, {data, data + size}}, "host").code() != errc::none);
    accepted([&] {
        const json_answer answer(text, "host");
        accepted([&] { require(parse_claim(answer, 100, std::nullopt).size() == 100); });
        accepted([&] {
            const auto key = parse_ecs_key(answer);
            require(key.alpha_next <= key.alpha_capacity && key.role_id >= 1 && key.role_id <= 3);
        });
        accepted([&] {
            const auto delta = parse_ecs_delta(answer);
            require(delta.positions.first <= delta.positions.last && delta.remaining() <= delta.positions.size());
        });
        accepted([&] {
            const auto deltas = parse_ecs_deltas(answer);
            for (std::size_t i = 1; i < deltas.size(); ++i)
                require(deltas[i - 1].seq_number < deltas[i].seq_number);
        });
        accepted([&] { require(parse_upload_permit(answer, 5, "md5").headers.size() == 4); });
        accepted([&] { parse_account(answer); });
        accepted([&] { parse_storage(answer); });
        accepted([&] { parse_outcome(answer); });
        accepted([&] { parse_limits(answer); });
        accepted([&] { parse_invite(answer); });
        accepted([&] { parse_share(answer); });
    });
    accepted([&] { require(parse_ecs_url(parse_ecs_url(text).text()).text() == parse_ecs_url(text).text()); });
    if (const auto object = parse_object_url(text))
        require(object->target.starts_with('/') && !object->origin.host.empty());
    return 0;
}
