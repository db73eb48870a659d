// Delta scenarios of the reference ("Delta Pulling Semantics"): two devices on one SFC ECS.
#include "storage/files/fail_points.hpp"
#include "tests/scenario/device.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

using sequence_list = std::vector<std::uint64_t>;

struct two_devices {
    device first, second;

    two_devices() {
        first.create_key(first.folder / "ecs.sfc");
        first.configure(0, 0);
        second.configure(0, 0);
        second.join(first);
    }
    /// Makes the ECS and the first device reach Delta `seq`.
    void advance_to(std::uint64_t seq) {
        while (first.sequences().back() < seq)
            first.ask<key_iteration_ptr>(first.actors().delta_sync, renew_delta{first.key_uuid});
    }
};

std::atomic<int> calls_until_failure{-1};

int fail_from_nth_on(const char*) {
    return calls_until_failure-- <= 0 ? ENOSPC : 0;
}

template <class F>
errc error_of(F action) {
    try {
        action();
    } catch (const failure& problem) {
        return problem.code();
    }
    return errc::none;
}

} // namespace

TEST_CASE_METHOD(two_devices, "D1: encryption catches up with all newer Deltas first") {
    second.claim(1);
    CHECK(second.sequences() == sequence_list{0, 1});
    advance_to(4);
    const auto claimed = second.claim(1);
    CHECK(claimed.seq_number == 4);
    CHECK(second.sequences() == sequence_list{0, 1, 2, 3, 4});
    const auto mine = second.ask<key_iteration_ptr>(second.actors().key_store, load_iteration{second.key_uuid, 3});
    const auto theirs = first.ask<key_iteration_ptr>(first.actors().key_store, load_iteration{first.key_uuid, 3});
    CHECK(std::ranges::equal(mine->cipher->key().bytes(), theirs->cipher->key().bytes()));
}

TEST_CASE_METHOD(two_devices, "D2: same sequence, other UUID ends in a conflict and pulls nothing") {
    second.claim(1);
    advance_to(2);
    auto info = second.ask<key_iteration_ptr>(second.actors().key_store, load_iteration{second.key_uuid, 1})->info;
    info.seq_number = 2;
    info.iteration_uuid = crypto::random_uuid();
    const auto rogue = std::make_shared<const storage::key_iteration>(storage::key_iteration{
        info, std::make_shared<const crypto::cipher>(
                  std::make_shared<const crypto::key_material>(crypto::key_material::generate(info.geometry)))});
    second.ask<void>(
        second.actors().claim_cache, create_cache_entry{info.key_uuid, info.iteration_uuid, 2, second.ecs_uuid});
    second.ask<void>(second.actors().key_store, add_iteration{rogue});
    CHECK(second.claim_error(1) == errc::delta_conflict);
    CHECK(second.sequences() == sequence_list{0, 1, 2});
}

TEST_CASE_METHOD(two_devices, "D3: a PERFORMANCE hit pulls nothing") {
    second.configure(10, 0);
    second.claim(1);
    advance_to(3);
    CHECK(second.claim(1).seq_number == 1);
    CHECK(second.sequences() == sequence_list{0, 1});
}

TEST_CASE_METHOD(two_devices, "D4: a pull up to one Delta leaves the newer ones") {
    second.claim(1);
    advance_to(5);
    const auto report = second.ask<pull_report>(second.actors().delta_sync, pull_deltas{second.key_uuid, 3});
    CHECK(report.pulled.size() == 2);
    CHECK(second.sequences() == sequence_list{0, 1, 2, 3});
}

TEST_CASE_METHOD(two_devices, "D4: decryption pulls the Deltas up to its own, and names it when it cannot") {
    second.claim(1);
    advance_to(3);
    write_text(first.folder / "plain", "some text");
    const auto sealed = first.folder / "sealed";
    first.run_file(encrypt_file{first.folder / "plain", sealed, first.key_uuid, false});
    advance_to(5);
    const decrypt_file request{sealed, second.folder.path(), "", false, false};

    first.ecs_away();
    try {
        second.run_file(request);
        FAIL("decrypted without its Delta");
    } catch (const failure& problem) {
        CHECK(problem.code() == errc::delta_missing);
        CHECK(std::string{problem.what()}.find("Delta 3") != std::string::npos);
    }
    first.ecs_back();
    const auto report = second.run_file(request);
    CHECK(read_text(report.output) == "some text");
    CHECK(second.sequences() == sequence_list{0, 1, 2, 3});
}

TEST_CASE_METHOD(two_devices, "D5: a device with only the Alpha gets all Deltas at its first claim") {
    advance_to(3);
    CHECK(second.claim(1).seq_number == 3);
    CHECK(second.sequences() == sequence_list{0, 1, 2, 3});
}

TEST_CASE_METHOD(two_devices, "D6: a renewal that another device overtook is rolled back") {
    second.claim(1);
    advance_to(2);
    CHECK_THROWS_AS(second.ask<key_iteration_ptr>(second.actors().delta_sync, renew_delta{second.key_uuid}), failure);
    CHECK(second.sequences() == sequence_list{0, 1});
    CHECK(second.ask<cache_entries_ptr>(second.actors().claim_cache, list_cache_entries{second.key_uuid})->size() == 2);
    CHECK(second.claim(1).seq_number == 2); // the next attempt reconciles
}

TEST_CASE_METHOD(two_devices, "D7: an explicit pull catches up with everything, once") {
    second.claim(1);
    advance_to(4);
    const pull_deltas all{second.key_uuid, {}};
    CHECK(second.ask<pull_report>(second.actors().delta_sync, all).pulled.size() == 3);
    CHECK(second.ask<pull_report>(second.actors().delta_sync, all).pulled.empty());
}

TEST_CASE_METHOD(two_devices, "a pull that fails anywhere leaves no gap and goes on from there", "[sfc]") {
    advance_to(35); // two batches
    int failures = 0;
    for (int n = 0;; n += 37) {
        device third;
        third.join(first);
        calls_until_failure = n;
        storage::fail_point_hook_in_use = fail_from_nth_on;
        const auto code = error_of([&] {
            third.ask<pull_report>(third.actors().delta_sync, pull_deltas{third.key_uuid, {}});
        });
        storage::fail_point_hook_in_use = nullptr;
        const auto here = third.sequences();
        INFO("call " << n << ", " << here.size() << " iterations");
        for (std::uint64_t seq = 0; seq < here.size(); ++seq)
            REQUIRE(here[seq] == seq);
        REQUIRE(third.ask<cache_entries_ptr>(third.actors().claim_cache, list_cache_entries{third.key_uuid})->size() >=
                here.size());
        const auto rest = third.ask<pull_report>(third.actors().delta_sync, pull_deltas{third.key_uuid, {}});
        CHECK(rest.pulled.size() == 36 - here.size());
        CHECK(third.sequences().size() == 36);
        if (code == errc::none)
            break;
        ++failures;
    }
    CHECK(failures >= 4);
}

TEST_CASE_METHOD(two_devices, "claims of two devices never overlap") {
    for (int i = 0; i < 5; ++i) {
        const auto a = first.claim(1), b = second.claim(1);
        CHECK(b.range.first == a.range.last + 1);
    }
}
