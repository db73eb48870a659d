// What a long-lived actor says of itself: what it holds, what it has counted. No secrets: it goes into the log.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace omegasafe {

struct get_status {};
struct actor_status {
    std::string name;
    std::vector<std::pair<std::string, std::string>> values; // label, value
};

/// Of all actors that live now. One that is busy (an ECS that does not answer) says only that, one that failed why.
struct get_all_status {};

} // namespace omegasafe
