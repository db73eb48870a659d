#include "actors/claimant.hpp"

#include "actors/claim_flow.hpp"
#include "actors/key_access.hpp"
#include "actors/make_actor.hpp"

namespace omegasafe::actors {

namespace {

class claimant_state {
public:
    using handle_type = claimant_actor;
    static constexpr const char* name = "claimant";

    claimant_state(claimant_actor::pointer, asker<claimant_actor> me) : me_(std::move(me)) {}

    claimant_actor::behavior_type behavior() {
        return {
            handle([this](const claim_request& request) {
                auto claimed = claim(me_, request);
                ++claims_;
                return claimed;
            }),
            handle([this](const fast_forward& request) {
                return advance(key_access{me_, request.key_uuid}, request);
            }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    actor_status status() const { return {name, {{"claims", std::to_string(claims_)}}}; }

    asker<claimant_actor> me_;
    std::uint64_t claims_ = 0;
};

} // namespace

claimant_actor spawn_claimant(const surroundings_ptr& here) {
    return make_actor<claimant_state>(here->system, asker<claimant_actor>{here});
}

} // namespace omegasafe::actors
