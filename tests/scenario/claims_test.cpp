// The claiming scenarios of reference section 10, through the real actors and an SFC ECS. One "GB" is 100,000
// positions.
#include "tests/scenario/device.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

constexpr auto performance = cache_reason::performance;
constexpr auto offline = cache_reason::offline;
using rests = std::vector<std::uint64_t>;

rests in_units(std::initializer_list<double> values) {
    rests out;
    for (const double value : values)
        out.push_back(static_cast<std::uint64_t>(value * unit + 0.5));
    return out;
}

struct one_device : device {
    one_device() { create_key(folder / "ecs.sfc"); }

    void ecs_away() const { fs::rename(ecs_path, ecs_path.string() + ".away"); }
    /// Positions claimed at the ECS by `action`, in units.
    template <class F>
    double claimed_by(F action) {
        const auto before = pointer();
        action();
        return static_cast<double>(pointer() - before) / unit;
    }
};

} // namespace

TEST_CASE_METHOD(one_device, "P1: a PERFORMANCE hit is served locally") {
    hold(performance, 5);
    ecs_away();
    const auto claimed = claim(1);
    CHECK(claimed.range.size() == unit);
    CHECK(held(performance) == in_units({4}));
}

TEST_CASE_METHOD(one_device, "P2: a PERFORMANCE miss refills one chunk") {
    configure(10, 0);
    hold(performance, 2);
    CHECK(claimed_by([&] { claim(3); }) == 10);
    CHECK(held(performance) == in_units({2, 7}));
}

TEST_CASE_METHOD(one_device, "P3, E4: a large request refills whole chunks") {
    configure(10, 0);
    CHECK(claimed_by([&] { claim(23); }) == 30);
    CHECK(held(performance) == in_units({7}));
}

TEST_CASE_METHOD(one_device, "P4: without the PERFORMANCE cache the request is claimed directly") {
    configure(0, 0);
    CHECK(claimed_by([&] { claim(3); }) == 3);
    CHECK(entry().claims.empty());
}

TEST_CASE_METHOD(one_device, "P5, E1: best fit in a single claim") {
    configure(10, 0);
    for (const double rest : {0.7, 0.8, 0.9})
        hold(performance, rest);
    CHECK(claimed_by([&] { claim(0.85); }) == 0);
    CHECK(held(performance) == in_units({0.05, 0.7, 0.8}));
    CHECK(claimed_by([&] { claim(0.95); }) == 10);
}

TEST_CASE_METHOD(one_device, "P6, O8, E7: an eleventh claim drops the smallest of its reason") {
    configure(10, 1);
    for (const auto reason : {performance, offline}) {
        for (int i = 1; i <= 10; ++i)
            hold(reason, i);
        CHECK(held(reason).size() == 10);
        hold(reason, 20);
        CHECK(held(reason) == in_units({2, 3, 4, 5, 6, 7, 8, 9, 10, 20}));
    }
}

TEST_CASE_METHOD(one_device, "O1, E3: an OFFLINE cache below target gets the full target on top") {
    configure(10, 1);
    hold(offline, 1);
    configure(10, 1, true);
    claim(0.01);
    CHECK(held(offline) == in_units({0.99}));
    configure(10, 1);
    CHECK(claimed_by([&] { claim(1); }) == 11);
    CHECK(held(offline) == in_units({0.99, 1}));
    CHECK(claimed_by([&] { claim(9.5); }) == 10);
}

TEST_CASE_METHOD(one_device, "O2, E2, M3: exactly at target there is no top-up") {
    configure(10, 1);
    hold(offline, 1);
    CHECK(claimed_by([&] { claim(1); }) == 10);
    CHECK(held(performance) == in_units({9}));
    CHECK(held(offline) == in_units({1}));
}

TEST_CASE_METHOD(one_device, "O3, M1: a PERFORMANCE hit tops nothing up") {
    configure(10, 1);
    hold(performance, 5);
    CHECK(claimed_by([&] { claim(1); }) == 0);
    CHECK(held(offline).empty());
}

TEST_CASE_METHOD(one_device, "O4, M8: without PERFORMANCE the claim is request plus OFFLINE target") {
    configure(0, 1);
    const auto start = pointer();
    claimed_range claimed;
    CHECK(claimed_by([&] { claimed = claim(3); }) == 4);
    CHECK(claimed.range.first == start);
    CHECK(claimed.range.size() == 3 * unit);
    CHECK(held(performance).empty());
    CHECK(held(offline) == in_units({1}));
}

TEST_CASE_METHOD(one_device, "O5, M5, M9: an unavailable ECS falls back to one OFFLINE claim") {
    hold(offline, 2);
    hold(offline, 3);
    ecs_away();
    CHECK(claim_error(1.5) == errc::none);
    CHECK(held(offline) == in_units({0.5, 3}));
    configure(0, 10);
    CHECK(claim_error(2.5) == errc::none);
    CHECK(held(offline) == in_units({0.5, 0.5}));
}

TEST_CASE_METHOD(one_device, "O6, M12: fragments are not stitched together") {
    hold(offline, 0.6);
    hold(offline, 0.6);
    ecs_away();
    CHECK(claim_error(0.9) == errc::claim_insufficient);
    CHECK(held(offline) == in_units({0.6, 0.6}));
}

TEST_CASE_METHOD(one_device, "O7: OFFLINE switched off keeps what there is usable and adds nothing") {
    hold(offline, 1);
    configure(10, 0);
    claim(1);
    CHECK(held(offline) == in_units({1}));
    configure(0, 0, true);
    claim(0.4);
    CHECK(held(offline) == in_units({0.6}));
}

TEST_CASE_METHOD(one_device, "M2: OFFLINE_MODE does not touch a PERFORMANCE hit") {
    hold(performance, 5);
    hold(offline, 5);
    configure(10, 10, true);
    claim(1);
    CHECK(held(performance) == in_units({4}));
    CHECK(held(offline) == in_units({5}));
}

TEST_CASE_METHOD(one_device, "M4: one claim covers refill and top-up") {
    configure(10, 2);
    CHECK(claimed_by([&] { claim(3); }) == 12);
    CHECK(held(performance) == in_units({7}));
    CHECK(held(offline) == in_units({2}));
}

TEST_CASE_METHOD(one_device, "M6, M10: OFFLINE_MODE skips a reachable ECS") {
    hold(offline, 2);
    for (const double chunk : {10.0, 0.0}) {
        configure(chunk, 10, true);
        CHECK(claimed_by([&] { claim(0.5); }) == 0);
    }
    CHECK(held(offline) == in_units({1}));
    CHECK(claim_error(5) == errc::claim_insufficient);
}

TEST_CASE_METHOD(one_device, "M7: without PERFORMANCE and with OFFLINE at target the claim is the request") {
    configure(0, 1);
    hold(offline, 1);
    CHECK(claimed_by([&] { claim(2); }) == 2);
    CHECK(held(offline) == in_units({1}));
}

TEST_CASE_METHOD(one_device, "M11: another ECS error is the answer, OFFLINE stays untouched") {
    hold(offline, 5);
    write_text(ecs_path, "no container");
    CHECK(claim_error(1) == errc::container_damaged);
    CHECK(held(offline) == in_units({5}));
}

TEST_CASE_METHOD(one_device, "E5: chunk and target are capped at a quarter of the capacity") {
    configure(1000, 1000);
    claim(1);
    const std::uint64_t quarter = 59'319'000 / 4;
    CHECK(held(performance) == rests{quarter - unit});
    CHECK(held(offline) == rests{quarter});
}

TEST_CASE_METHOD(one_device, "the high-water guard refuses an ECS restored from an old copy") {
    configure(0, 0);
    fs::copy_file(ecs_path, folder / "old.sfc");
    claim(2);
    fs::rename(folder / "old.sfc", ecs_path);
    const auto before = entry();
    CHECK(claim_error(1) == errc::unsafe_claim);
    CHECK(entry() == before);
}

TEST_CASE_METHOD(one_device, "a Delta is used to its end, then renewed") {
    configure(0, 0);
    claim_positions(59'000'000);
    const auto last = claim_positions(319'000);
    CHECK(last.range.last == 59'318'999);
    CHECK(last.seq_number == 1);
    const auto next = claim_positions(1);
    CHECK(next.seq_number == 2);
    CHECK(next.range.first == 59'319'000);
    CHECK(sequences() == std::vector<std::uint64_t>{0, 1, 2});
    CHECK_THROWS_AS(claim_positions(59'319'001), failure);
}

TEST_CASE_METHOD(one_device, "near the end of a Delta the claim shrinks instead of wasting it") {
    configure(100, 100);
    claim_positions(50'000'000); // five chunks of 10 M, no room for the OFFLINE part
    CHECK(pointer() == 50'000'000);
    CHECK(held(offline).empty());
    claim_positions(9'000'000); // a chunk of 10 M does not fit: the rest does
    CHECK(pointer() == 59'319'000);
    CHECK(held(performance) == rests{319'000});
}
