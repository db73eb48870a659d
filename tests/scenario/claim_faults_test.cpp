// Lost answers, unavailability in the middle of a renewal, a slow ECS, and actors that die while a claim is under way:
// an error at most, never a hang, never a position twice.
#include "tests/scenario/one_device.hpp"

#include "storage/container/sfc_header.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/records/pending_delta.hpp"
#include <algorithm>
#include <atomic>
#include <cstring>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

struct renewal : one_device {
    renewal() {
        configure(0, 0);
        leave_one_unit();
    }
    /// A request of 2 needs a new Delta then.
    void leave_one_unit() {
        if (const auto kept = pointer() + unit; kept < capacity)
            claim_positions(capacity - kept);
    }
    std::ptrdiff_t pending_deltas() const {
        return std::ranges::count_if(
            fs::directory_iterator(root), [](const auto& file) { return storage::is_pending_delta(file.path()); });
    }
    /// Claims until the news of a death has reached the supervisor.
    void recover() {
        for (int attempt = 0; attempt < 1000 && claim_error(0.01) == errc::internal; ++attempt) {
        }
    }
    std::vector<ecs_call> kinds_of_calls() {
        std::vector<ecs_call> kinds;
        for (const auto& record : ecs_records())
            kinds.push_back(record.call);
        return kinds;
    }
};

/// Counted down by system calls; those of one kind in a row (the writes of one file) count once.
std::atomic<int> calls_until_crash{-1};
std::atomic<const char*> previous_call{""};

int crash_the_actor(const char* name) {
    if (std::strcmp(previous_call.exchange(name), name) != 0 && calls_until_crash-- == 0)
        throw std::runtime_error("crashed on purpose");
    return 0;
}

struct crash_at {
    explicit crash_at(int call) {
        calls_until_crash = call;
        previous_call = "";
        storage::fail_point_hook_in_use = crash_the_actor;
    }
    ~crash_at() { storage::fail_point_hook_in_use = nullptr; }
    bool happened() const { return calls_until_crash < 0; }
};

} // namespace

TEST_CASE_METHOD(one_device, "a claim whose answer got lost is wasted, not repeated") {
    configure(10, 0);
    ecs_plays({{too_late(unreachable()), ecs_call::claim_delta, 1}});
    CHECK(claim_error(1) == errc::claim_insufficient);
    const auto lost = ecs_records().back().gave;
    REQUIRE(lost);
    CHECK(entry().claims.empty());
    const auto claimed = claim(1);
    CHECK(claimed.range.first == lost->last + 1);
}

TEST_CASE_METHOD(
    renewal, "a renewal that does not reach the ECS leaves nothing, OFFLINE serves, the next one succeeds") {
    hold(offline, 0.9);
    const auto before = alpha_entry();
    ecs_plays({{unreachable(), ecs_call::claim_alpha, 1}, {unreachable(), ecs_call::upload, 1}});
    CHECK(claim(0.2).seq_number == 1); // no room for it at the ECS, no Alpha positions: OFFLINE
    CHECK(alpha_entry() == before);
    CHECK(claim(0.2).seq_number == 1); // Alpha positions are claimed, the upload fails
    CHECK(alpha_entry().floor > before.floor);
    CHECK(sequences() == counts{0, 1});
    CHECK(claim(0.2).seq_number == 2);
    CHECK(held(offline).empty()); // of Delta 2
}

TEST_CASE_METHOD(renewal, "Alpha positions whose answer got lost are never used") {
    ecs_plays({{too_late(unreachable()), ecs_call::claim_alpha, 1}});
    CHECK(claim_error(2) == errc::claim_insufficient);
    CHECK(claim(2).seq_number == 2);
    std::vector<position_range> given;
    for (const auto& record : ecs_records())
        if (record.call == ecs_call::claim_alpha)
            given.push_back(record.gave.value());
    REQUIRE(given.size() == 2);
    CHECK(given[1].first == given[0].last + 1);
    CHECK(alpha_entry().floor == given[1].last + 1);
}

TEST_CASE_METHOD(renewal, "a Delta whose upload was carried out but not answered is pulled, not made again") {
    ecs_plays({{too_late(unreachable()), ecs_call::upload, 1}});
    CHECK(claim_error(2) == errc::claim_insufficient);
    CHECK(sequences() == counts{0, 1});
    ecs_plays({});
    CHECK(claim(2).seq_number == 2);
    CHECK(kinds_of_calls() == std::vector{ecs_call::list_deltas, ecs_call::download, ecs_call::claim_delta});
    CHECK(deltas_at_ecs().size() == 2);
}

TEST_CASE_METHOD(renewal, "an upload that the ECS refuses is rolled back and is the answer") {
    for (const auto code : {errc::ecs_rejected, errc::ecs_authentication, errc::delta_conflict}) {
        ecs_plays({{fails_with(code), ecs_call::upload}});
        CHECK(claim_error(2) == code);
        CHECK(sequences() == counts{0, 1});
        CHECK(ask<cache_entries_ptr>(actors().claim_cache, list_cache_entries{key_uuid})->size() == 2);
    }
}

TEST_CASE_METHOD(renewal, "renewals that fail again and again use up Alpha positions once") {
    ecs_plays({{fails_with(errc::ecs_rejected), ecs_call::upload, 2}, {unreachable(), ecs_call::upload, 2}});
    for (int attempt = 0; attempt < 4; ++attempt) {
        CHECK(claim_error(2) != errc::none);
        CHECK(pending_deltas() == 1);
    }
    CHECK(claim(2).seq_number == 2);
    CHECK(pending_deltas() == 0);
    CHECK(std::ranges::count(kinds_of_calls(), ecs_call::claim_alpha) == 1);
}

TEST_CASE_METHOD(renewal, "a pending Delta is shared with the layer that its key has by then", "[sfc]") {
    ecs_plays({{unreachable(), ecs_call::upload, 1}, {unreachable(), ecs_call::upload, 1}});
    CHECK(claim_error(2) == errc::claim_insufficient);
    ask<void>(actors().key_store, set_key_layer{key_uuid, make_secret("chosen-password-1")});
    CHECK(claim_error(2) == errc::claim_insufficient);
    CHECK(claim(2).seq_number == 2);
    const auto delta = deltas_at_ecs().back();
    const storage::memory_source shared{ecs().download(key_uuid, delta.delta_uuid), "shared"};
    CHECK(storage::read_sfc_header(shared).password_protected);
    CHECK(std::ranges::count(kinds_of_calls(), ecs_call::claim_alpha) == 1);
}

TEST_CASE_METHOD(renewal, "a Delta that came too late is not kept, and a pending one goes with its key") {
    ecs_plays({{fails_with(errc::delta_conflict), ecs_call::upload, 1}, {unreachable(), ecs_call::upload, 1}});
    CHECK(claim_error(2) == errc::delta_conflict);
    CHECK(pending_deltas() == 0);
    CHECK(claim_error(2) == errc::claim_insufficient);
    CHECK(pending_deltas() == 1);
    ask<void>(actors().key_store, remove_key{key_uuid});
    CHECK(pending_deltas() == 0);
}

TEST_CASE_METHOD(one_device, "when the ECS is full the claim looks again and again, then gives the ECS's own error") {
    ecs_plays({{fails_with(errc::ecs_full), ecs_call::claim_delta, 2}});
    CHECK(calls_of([&] { CHECK(claim_error(1) == errc::none); }).size() == 6); // a list and a claim, three times
    ecs_plays({{fails_with(errc::ecs_full, "Full."), ecs_call::claim_delta}});
    CHECK(std::string{claim_failure(20).what()} == "Full.");
    CHECK(ecs_records().size() == 16);
}

TEST_CASE_METHOD(one_device, "a slow ECS: a second process waits and finds what the first one brought") {
    ecs_plays({{slow()}});
    actors::runtime other{root, 1, stand_in_connector()};
    caf::scoped_actor here{runtime->system()}, there{other.system()};
    auto first = here->request(actors().claimant, caf::infinite, claim_request{key_uuid, unit});
    auto second = there->request(other.actors().claimant, caf::infinite, claim_request{key_uuid, unit});
    std::vector<position_range> ranges;
    const auto note = [&](claimed_range& claimed) { ranges.push_back(claimed.range); };
    const auto refuse = [](caf::error& problem) { FAIL(actors::to_failure(problem).what()); };
    first.receive(note, refuse);
    second.receive(note, refuse);
    REQUIRE(ranges.size() == 2);
    std::ranges::sort(ranges, {}, &position_range::first);
    CHECK(ranges[1].first == ranges[0].last + 1);
    CHECK(pointer() == 20 * unit); // one refill and one top-up
    CHECK(held(performance) == in_units({8}));
}

TEST_CASE_METHOD(renewal, "an actor that dies while a claim waits for the ECS: an error at most, then all is well") {
    struct candidate {
        std::function<caf::actor(const services&)> pick;
        bool waits = false; // for the claim to go on: it dies only then
    };
    const auto as_actor = [](const auto& handle) { return caf::actor_cast<caf::actor>(handle); };
    const std::vector<candidate> candidates{
        {[&](const services& s) { return as_actor(s.config); }},
        {[&](const services& s) { return as_actor(s.key_store); }},
        {[&](const services& s) { return as_actor(s.claim_cache); }},
        {[&](const services& s) { return as_actor(s.ecs_directory); }},
        {[&](const services& s) { return as_actor(s.cipher_pool); }},
        {[&](const services& s) { return as_actor(s.delta_sync); }, true},
        {[&](const services& s) { return as_actor(s.claimant); }, true},
    };
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        INFO("candidate " << i);
        caf::actor victim;
        observer = [&](const ecs_record& record) {
            if (record.call != ecs_call::list_deltas || !victim)
                return;
            caf::scoped_actor self{victim->home_system()};
            self->send_exit(victim, caf::exit_reason::kill);
            if (!candidates[i].waits)
                self->wait_for(victim);
            victim = nullptr;
        };
        restart();
        victim = candidates[i].pick(actors());
        const auto code = claim_error(2);
        CHECK((code == errc::none || code == errc::internal));
        CHECK_FALSE(victim);
        recover();
        const auto a = claim(0.1), b = claim(0.1);
        CHECK(b.range.first == a.range.last + 1);
        leave_one_unit();
    }
    observer = nullptr;
    restart();
}

TEST_CASE_METHOD(
    renewal, "whichever actor crashes at whichever system call of a claim: an error, then all is well", "[sfc]") {
    const auto saved = folder / "saved";
    fs::create_directory(saved);
    fs::copy(root, saved / "config");
    fs::copy(ecs_path, saved / "ecs.sfc");
    int crashes = 0;
    for (int call = 0;; call += 2) { // a container is replaced in an odd number of steps: each kind comes up
        INFO("call " << call);
        const auto again = fs::copy_options::overwrite_existing | fs::copy_options::recursive;
        fs::remove(storage::pending_delta_path(root / "omegasafe_keys.sfc", key_uuid));
        fs::copy(saved / "config", root, again);
        fs::copy(saved / "ecs.sfc", ecs_path, again);
        restart();
        errc code{};
        {
            const crash_at crash{call};
            code = claim_error(2);
            if (!crash.happened())
                break;
        }
        CHECK(code == errc::internal);
        ++crashes;
        recover();
        CHECK(claim(2).seq_number == 2);
        CHECK(deltas_at_ecs().size() == 2);
    }
    CHECK(crashes > 25);
}
