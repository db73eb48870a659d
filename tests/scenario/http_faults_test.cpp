// What only a network can do to an HTTP ECS: answers lost or torn after the call took effect. The client asks again by
// its idempotency key or upload attempt, and nothing happens twice.
#include "storage/ecs_http.hpp"
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
};

constexpr const char* faults[] = {"cut_before", "cut_after", "cut_mid_body", "status", "status_after", "delay"};

} // namespace

TEST_CASE_METHOD(faulty_network, "HTTP: a claim that meets a fault once is made once and answered", "[.http]") {
    for (const auto* fault : faults) {
        INFO(fault);
        const auto before = pointer();
        once(fault, "POST", "/claims/delta");
        const auto claimed = claim(1);
        CHECK(claimed.range.first == before);
        CHECK(pointer() == before + unit);
    }
}

TEST_CASE_METHOD(faulty_network, "HTTP: an Alpha claim that meets a fault once takes no second range", "[.http]") {
    const auto alpha_next = [&] {
        return storage::ecs_http{http_world::here()->past_the_proxy()}.key(key_uuid).alpha_next;
    };
    const auto first = alpha_next();
    std::uint64_t seq = 1;
    for (const auto* fault : faults) {
        INFO(fault);
        once(fault, "POST", "/claims/alpha");
        ask<key_iteration_ptr>(actors().delta_sync, renew_delta{key_uuid});
        CHECK(alpha_next() == first * ++seq); // every Delta of a key takes as many
    }
}

TEST_CASE_METHOD(faulty_network, "HTTP: an upload that meets a fault once is registered once", "[.http]") {
    std::uint64_t seq = 1;
    for (const auto* fault : faults)
        for (const auto& [method, path] :
            {std::pair{"PUT", static_cast<const char*>(nullptr)}, {"POST", "/deltas/confirm_upload"}}) {
            INFO(fault << ' ' << method);
            once(fault, method, path);
            ask<key_iteration_ptr>(actors().delta_sync, renew_delta{key_uuid});
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
             {"/deltas/download_url", "POST"}, {object, "GET"}}) // a call is tried three times
        for (const auto* fault : {"cut_after", "cut_mid_body"})
            orders.push_back({{"action", fault}, {"method", method}, {"path", path}, {"times", 1}});
    http_world::here()->order(orders);
    CHECK(second.ask<pull_report>(second.actors().delta_sync, pull_deltas{key_uuid, {}}).pulled.size() == 7);
    CHECK(second.sequences() == counts{0, 1, 2, 3, 4, 5, 6, 7});
}
