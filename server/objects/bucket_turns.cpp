#include "server/objects/bucket_turns.hpp"

#include "server/refusal.hpp"
#include <algorithm>

namespace omegasafe::server {

bucket_turns::bucket_turns(unsigned workers) : all_(std::max(workers / 2, 1u)), each_(std::max(workers / 4, 1u)) {}

bucket_turns::turn bucket_turns::take(const crypto::uuid& user_uuid) {
    const std::scoped_lock lock{mutex_};
    const auto mine = taken_by_.find(user_uuid);
    if (mine != taken_by_.end() && mine->second >= each_)
        throw refusal(
            api_error::rate_limited, "As many of your requests as may wait for buckets do so; try again later.");
    if (taken_ >= all_)
        throw refusal(api_error::unavailable, "As many requests as may wait for buckets do so; try again later.");
    turn taken{this, [user_uuid](bucket_turns* all) { all->give_back(user_uuid); }};
    ++taken_by_[user_uuid];
    ++taken_;
    return taken;
}

void bucket_turns::give_back(const crypto::uuid& user_uuid) {
    const std::scoped_lock lock{mutex_};
    --taken_;
    if (const auto mine = taken_by_.find(user_uuid); --mine->second == 0)
        taken_by_.erase(mine);
}

} // namespace omegasafe::server
