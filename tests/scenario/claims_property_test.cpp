// Whatever several devices do on one ECS, and wherever their processes, actors, disks and connections fail: no position
// is handed out twice, and every pointer obeys the reference's arithmetic.
#include "tests/scenario/claim_world.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <rapidcheck/catch.h>
#include <set>

namespace omegasafe::test {

void showValue(const process_plan& plan, std::ostream& out) {
    out << "device " << plan.device << ", chunk " << plan.performance << ", target " << plan.offline
        << (plan.offline_mode ? ", OFFLINE_MODE" : "") << ", trouble " << static_cast<int>(plan.what) << " in ECS call "
        << static_cast<int>(plan.where) << " or at system call " << plan.system_call << ", requests";
    for (const auto size : plan.requests)
        out << ' ' << size;
}

} // namespace omegasafe::test

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

constexpr std::uint64_t capacity = 59'319'000;
using ranges = std::vector<position_range>;

rc::Gen<std::uint64_t> request_sizes() {
    const auto between = [](std::uint64_t low, std::uint64_t high) { return rc::gen::inRange(low, high); };
    return rc::gen::weightedOneOf<std::uint64_t>(
        {{12, between(1, 150'000)}, {3, between(150'000, 3'000'000)}, {1, between(10'000'000, capacity + 1)}});
}

rc::Gen<process_plan> process_plans() {
    return rc::gen::exec([] {
        process_plan plan;
        plan.device = *rc::gen::weightedElement<std::size_t>({{4, 0}, {2, 1}, {1, 2}}); // one comes back often
        plan.performance = *rc::gen::element<std::uint64_t>(0, 100'000, 300'000, 5'000'000, 1'000'000'000);
        plan.offline = *rc::gen::element<std::uint64_t>(0, 50'000, 400'000, 20'000'000);
        plan.offline_mode = *rc::gen::weightedElement<bool>({{6, false}, {1, true}});
        const auto count = *rc::gen::weightedOneOf<std::size_t>(
            {{4, rc::gen::inRange<std::size_t>(1, 4)}, {1, rc::gen::inRange<std::size_t>(10, 14)}});
        plan.requests = *rc::gen::container<std::vector<std::uint64_t>>(count, request_sizes());
        plan.what = *rc::gen::weightedElement<trouble>(
            {{5, trouble::none}, {1, trouble::ecs_unreachable}, {2, trouble::answer_lost}, {3, trouble::range_replayed},
                {3, trouble::process_dies}, {2, trouble::actor_crashes}, {1, trouble::disk_fails}});
        plan.where = plan.what == trouble::range_replayed
                         ? *rc::gen::weightedElement<ecs_call>({{3, ecs_call::claim_delta}, {1, ecs_call::claim_alpha}})
                         : *rc::gen::element(ecs_call::list_deltas, ecs_call::claim_delta, ecs_call::claim_alpha,
                               ecs_call::upload, ecs_call::download);
        plan.system_call = *rc::gen::inRange(0, 100);
        return plan;
    });
}

/// Whether a claim of this process may fail with this code. `alone`: no other process ran at the same time.
bool may_fail(const process_plan& plan, bool alone, errc code) {
    const std::set<errc> by_the_ecs{errc::claim_insufficient};
    const std::map<trouble, std::set<errc>> by_trouble{{trouble::ecs_unreachable, by_the_ecs},
        {trouble::answer_lost, by_the_ecs}, {trouble::range_replayed, {errc::unsafe_claim, errc::ecs_rejected}},
        {trouble::actor_crashes, {errc::internal}}, {trouble::disk_fails, {errc::io_failed, errc::output_refused}}};
    if (plan.offline_mode && code == errc::claim_insufficient)
        return true;
    if (!alone && code == errc::delta_conflict) // both made a new Delta (D6)
        return true;
    const auto found = by_trouble.find(plan.what);
    return found != by_trouble.end() && found->second.contains(code);
}

void require_disjoint(ranges all) {
    std::ranges::sort(all, {}, &position_range::first);
    for (std::size_t i = 1; i < all.size(); ++i)
        RC_ASSERT(all[i - 1].last < all[i].first);
}

bool inside_one(const ranges& outer, const position_range& inner) {
    return std::ranges::any_of(
        outer, [&](const position_range& r) { return r.first <= inner.first && inner.last <= r.last; });
}

/// Everything that ever happened, and what must hold of it.
class history {
public:
    void note(const std::vector<process_plan>& plans, const std::vector<process_life>& lives) {
        for (std::size_t i = 0; i < plans.size(); ++i)
            note_gifts(plans[i].device, lives[i].events); // of all first: one process may use what another claimed
        for (std::size_t i = 0; i < plans.size(); ++i) {
            RC_ASSERT(lives[i].exit_code == 0 ||
                      (lives[i].exit_code == died_on_purpose && plans[i].what == trouble::process_dies));
            died_ += lives[i].exit_code == died_on_purpose;
            bool replayed = false;
            for (const auto& event : lives[i].events)
                note(plans[i], plans.size() == 1, event, replayed);
        }
    }

    void check(const claim_world& world) {
        const auto known = world.ecs().deltas(world.key_uuid());
        const auto alpha_next = world.ecs().key(world.key_uuid()).alpha_next;
        auto in_use = handed_out_;
        for (std::size_t device = 0; device < claim_world::devices; ++device)
            for (const auto& entry : world.cache_of(device)) {
                check_floor(device, entry, entry.seq_number == 0 ? alpha_next : known.at(entry.seq_number - 1).next);
                check_claims(device, entry);
                for (const auto& claim : entry.claims)
                    in_use.push_back({claim.next, claim.range.last});
            }
        require_disjoint(in_use); // nothing was handed out twice, and nothing that was is still held by anyone
        require_disjoint(sealed_);
    }

    std::size_t handed_out() const { return handed_out_.size(); }
    std::size_t died() const { return died_; }

private:
    void note_gifts(std::size_t device, const std::vector<event>& events) {
        for (const auto& happened : events)
            if (happened.what == event::ecs_gave)
                (happened.call == ecs_call::claim_alpha ? sealed_ : given_[device]).push_back(happened.range);
    }

    void note(const process_plan& plan, bool alone, const event& happened, bool& replayed) {
        switch (happened.what) {
        case event::ecs_gave:
            break;
        case event::replay:
            replayed = true;
            break;
        case event::handed_out:
            RC_ASSERT_FALSE(replayed);
            RC_ASSERT(inside_one(given_[plan.device], happened.range));
            RC_ASSERT(happened.range.first / capacity == happened.range.last / capacity); // one Delta
            handed_out_.push_back(happened.range);
            break;
        case event::failed:
            RC_LOG() << "A claim failed with " << to_string(happened.code) << '\n';
            RC_ASSERT(may_fail(plan, alone, happened.code));
            replayed = false;
            break;
        }
    }

    /// The high-water mark only grows, and the ECS is never behind it.
    void check_floor(std::size_t device, const storage::cache_entry& entry, u128 ecs_next) {
        auto& before = floors_[{device, entry.seq_number}];
        RC_ASSERT(entry.floor >= before);
        RC_ASSERT(ecs_next >= entry.floor);
        before = entry.floor;
    }

    void check_claims(std::size_t device, const storage::cache_entry& entry) {
        RC_ASSERT(entry.seq_number > 0 || entry.claims.empty()); // the Alpha has a mark only
        const auto first = u128{entry.seq_number - 1} * capacity;
        for (const auto reason : {cache_reason::performance, cache_reason::offline})
            RC_ASSERT(std::ranges::count(entry.claims, reason, &storage::local_claim::reason) <= 10);
        for (const auto& claim : entry.claims) {
            const auto latest = claim.next - 1; // the reference's pointer
            RC_ASSERT(claim.remaining() == claim.range.last - latest);
            RC_ASSERT(claim.next >= claim.range.first && claim.next <= claim.range.last);
            RC_ASSERT(claim.range.first >= first && claim.range.last < first + capacity);
            RC_ASSERT(claim.range.last < entry.floor);
            RC_ASSERT(inside_one(given_[device], claim.range));
            auto& before = pointers_[{device, claim.range.first}];
            RC_ASSERT(claim.next >= before);
            before = claim.next;
        }
    }

    ranges handed_out_, sealed_;
    std::size_t died_ = 0;
    std::map<std::size_t, ranges> given_; // by the ECS, to each device
    std::map<std::pair<std::size_t, std::uint64_t>, u128> floors_;
    std::map<std::pair<std::size_t, u128>, u128> pointers_; // of a claim, by where it starts
};

} // namespace

TEST_CASE("no position is handed out twice, whatever devices do and whatever fails", "[sfc]") {
    std::size_t handed_out = 0, died = 0;
    rc::prop("random devices, settings, claims and troubles", [&] {
        const claim_world world;
        history all;
        const auto steps = *rc::gen::inRange(1, 4);
        for (int i = 0; i < steps; ++i) {
            const auto at_once = *rc::gen::weightedElement<std::size_t>({{3, 1}, {1, 2}});
            const auto plans = *rc::gen::container<std::vector<process_plan>>(at_once, process_plans());
            all.note(plans, world.run(plans));
            all.check(world);
        }
        handed_out += all.handed_out();
        died += all.died();
    });
    CHECK(handed_out > 0);
    CHECK(died > 0);
}
