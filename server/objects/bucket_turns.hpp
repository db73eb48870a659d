// How many workers may wait for buckets at once, so that a slow one does not take them from everybody.
#pragma once

#include "crypto/uuid.hpp"
#include <map>
#include <memory>
#include <mutex>

namespace omegasafe::server {

/// Half of the workers for all buckets, a quarter for those of one user's requests; at least one each. Any thread.
class bucket_turns {
public:
    explicit bucket_turns(unsigned workers);

    /// Ends when it is destroyed.
    using turn = std::shared_ptr<void>;
    /// Does not wait: refusal 429 rate_limited when the user has no turn left, 503 unavailable when nobody has.
    turn take(const crypto::uuid& user_uuid);

private:
    void give_back(const crypto::uuid& user_uuid);

    const unsigned all_, each_;
    std::mutex mutex_;
    unsigned taken_ = 0;
    std::map<crypto::uuid, unsigned> taken_by_;
};

} // namespace omegasafe::server
