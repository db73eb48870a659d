// What each role may do with a key.
#pragma once

#include "server/store/records.hpp"
#include <array>
#include <string_view>

namespace omegasafe::server {

/// What is done with a key, and therefore needs a role on it.
enum class operation {
    view_key,
    list_deltas,
    claim,
    upload_delta,
    download_delta,
    list_shares,
    leave_key,
    invite,       // up to the own role: may_invite
    edit_key,     // name, omegasafe_version
    revoke_share, // of whom: may_revoke
    edit_key_storage,
    delete_key,
    delete_delta,
};

/// The least role that may; roles are cumulative.
struct operation_role {
    operation what;
    role least;
};
inline constexpr std::array operation_roles{
    operation_role{operation::view_key, role::user},
    operation_role{operation::list_deltas, role::user},
    operation_role{operation::claim, role::user},
    operation_role{operation::upload_delta, role::user},
    operation_role{operation::download_delta, role::user},
    operation_role{operation::list_shares, role::user},
    operation_role{operation::leave_key, role::user},
    operation_role{operation::invite, role::user},
    operation_role{operation::edit_key, role::maintainer},
    operation_role{operation::revoke_share, role::maintainer},
    operation_role{operation::edit_key_storage, role::owner},
    operation_role{operation::delete_key, role::owner},
    operation_role{operation::delete_delta, role::owner},
};

constexpr role least_role(operation what) {
    for (const auto& entry : operation_roles)
        if (entry.what == what)
            return entry.least;
    return role::owner;
}

constexpr bool is_role(role who) {
    return who == role::owner || who == role::maintainer || who == role::user;
}

/// Whether `mine` is `least` or above it. role::none is below all.
constexpr bool reaches(role mine, role least) {
    return is_role(mine) && mine <= least;
}
constexpr bool may(role mine, operation what) {
    return reaches(mine, least_role(what));
}
/// Everyone invites up to the own role.
constexpr bool may_invite(role mine, role invited) {
    return is_role(invited) && may(mine, operation::invite) && mine <= invited;
}
/// An owner anyone, a maintainer maintainers and users.
constexpr bool may_revoke(role mine, role theirs) {
    return is_role(theirs) && may(mine, operation::revoke_share) && mine <= theirs;
}

constexpr std::string_view role_name(role who) {
    switch (who) {
    case role::owner:
        return "Owner";
    case role::maintainer:
        return "Maintainer";
    case role::user:
        return "User";
    case role::none:
        break;
    }
    return "";
}

} // namespace omegasafe::server
