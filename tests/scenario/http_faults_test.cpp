// What only a network can do to an HTTP ECS: answers lost or torn after the call took effect. The client asks again by
// its idempotency key or upload attempt, and nothing happens twice.
#include "ecs/ecs_http.hpp"
#include "tests/scenario/http_world.hpp"
#include "tests/scenario/one_device.hpp"

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

struct faulty_network : one_device {
    faulty_network() { configure(0, 0); }

    /// The next request like this meets the fault.
    static void once(const char* action, const char* method, const char* path) {
        nlohmann::json order{{"action", action}, {"method", method}, {"times", 1}, {"seconds", 0.3}};
        if (path)
            order["path"] = path;
        http_world::here()->order(nlohmann::json::array({order}));
    }
    /// A fault that nothing met would show nothing.
    static bool happened() { return http_world::here()->unused_orders() == 0; }
    /// Objects in a bucket are fetched and sent past the proxy.
    static bool objects_meet_faults() { return !http_world::here()->storage_uuid(); }
};

constexpr const char* faults[] = {"cut_before", "cut_after", "cut_mid_body", "status", "status_after", "delay"};

} // namespace

TEST_CASE_METHOD(faulty_network, "HTTP: a claim that meets a fault once is made once and answered", "[.http]") {
    for (const auto* fault : faults) {
        INFO(fault);
        const auto before = pointer();
        once(fault, "POST", "/claims/delta");
        const auto claimed = claim(1);
        CHECK(happened());
        CHECK(claimed.range.first == before);
        CHECK(pointer() == before + unit);
    }
}

TEST_CASE_METHOD(faulty_network, "HTTP: an Alpha claim that meets a fault once takes no second range", "[.http]") {
    const auto alpha_next = [&] {
        return ecs::ecs_http{http_world::here()->past_the_proxy()}.key(key_uuid).alpha_next;
    };
    const auto first = alpha_next();
    std::uint64_t seq = 1;
    for (const auto* fault : faults) {
        INFO(fault);
        once(fault, "POST", "/claims/alpha");
        ask<key_iteration_ptr>(actors().delta_sync, renew_delta{key_uuid});
        CHECK(happened());
        CHECK(alpha_next() == first * ++seq); // every Delta of a key takes as many
    }
}

TEST_CASE_METHOD(faulty_network, "HTTP: an upload that meets a fault once is registered once", "[.http]") {
    std::uint64_t seq = 1;
    for (const auto* fault : faults)
        for (const auto& [method, path] :
            {std::pair{"PUT", static_cast<const char*>(nullptr)}, {"POST", "/deltas/confirm_upload"}}) {
            if (path == nullptr && !objects_meet_faults())
                continue;
            INFO(fault << ' ' << method);
            once(fault, method, path);
            ask<key_iteration_ptr>(actors().delta_sync, renew_delta{key_uuid});
            CHECK(happened());
            CHECK(deltas_at_ecs().size() == ++seq);
        }
    CHECK(claim(1).seq_number == seq);
}

TEST_CASE_METHOD(faulty_network, "HTTP: downloads that meet faults bring every Delta, whole and in order", "[.http]") {
    for (int i = 0; i < 6; ++i)
        ask<key_iteration_ptr>(actors().delta_sync, renew_delta{key_uuid});
    device second;
    second.join(*this);
    const auto object =
        "/objects/" + crypto::to_string(key_uuid) + "/" + crypto::to_string(deltas_at_ecs()[3].delta_uuid);
    auto orders = nlohmann::json::array();
    for (const auto& [path, method] : {std::pair<std::string, const char*>{"/deltas/list", "GET"},
             {"/deltas/download_url", "POST"}, {object, "GET"}}) { // a call is tried three times
        if (path == object && !objects_meet_faults())
            continue;
        for (const auto* fault : {"cut_after", "cut_mid_body"})
            orders.push_back({{"action", fault}, {"method", method}, {"path", path}, {"times", 1}});
    }
    http_world::here()->order(orders);
    CHECK(second.ask<pull_report>(second.actors().delta_sync, pull_deltas{key_uuid, {}}).pulled.size() == 7);
    CHECK(happened());
    CHECK(second.sequences() == counts{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE_METHOD(faulty_network, "HTTP: missing Deltas are downloaded several at once", "[.http]") {
    for (int i = 0; i < 3; ++i)
        ask<key_iteration_ptr>(actors().delta_sync, renew_delta{key_uuid});
    device second;
    second.join(*this);
    // Without the stand-in of the other scenarios, which passes one call on after the other.
    actors::runtime real{second.root, 1};
    // None of the first goes on before all of them were asked for.
    const nlohmann::json order{
        {"action", "together"}, {"method", "POST"}, {"path", "/deltas/download_url"}, {"times", limits::pull_ahead}};
    http_world::here()->order(nlohmann::json::array({order}));
    CHECK(actors::ask<pull_report>(real.system(), real.actors().delta_sync, pull_deltas{key_uuid, {}}).pulled.size() ==
          limits::pull_ahead);
    CHECK(happened());
    CHECK(second.sequences() == counts{0, 1, 2, 3, 4});
}
