// The kinds of ECS that the contract is for. Another kind is one more struct here, and its name in `ecs_places`.
#pragma once

#include "messages/messages.hpp"
#include "tests/support/temp_dir.hpp"
#include <tuple>

namespace omegasafe::test {

/// An ECS in a file.
class sfc_place {
public:
    sfc_place();
    /// Names the ECS of this place, for ecs::open_ecs.
    ecs_entry entry() const;
    /// Names one that is out of reach.
    static ecs_entry away();

private:
    temp_dir folder_;
};

/// An account at a real server, which the whole test program shares.
class http_place {
public:
    static ecs_entry entry();
    static ecs_entry away();
};

using ecs_places = std::tuple<sfc_place, http_place>;

} // namespace omegasafe::test
