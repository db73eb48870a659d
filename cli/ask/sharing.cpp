#include "cli/ask/sharing.hpp"

#include "cli/text.hpp"
#include "crypto/text_encoding.hpp"
#include "wire/field_rules.hpp"

namespace omegasafe::cli {

key_role parse_role(const std::string& text) {
    const auto word = crypto::lower_case(text);
    if (word == "owner")
        return key_role::owner;
    if (word == "maintainer")
        return key_role::maintainer;
    if (word == "user")
        return key_role::user;
    throw failure(errc::usage, "'" + text + "' for --role is not a role; choose owner, maintainer or user.");
}

std::string require_email(const std::string& email) {
    const auto normal = wire::normal_email(email);
    if (!normal)
        throw failure(errc::usage, "'" + email + "' for --email is no e-mail address.");
    return *normal;
}

json payload_of(const key_invite& invite) {
    return {{"invite_uuid", to_string(invite.invite_uuid)}, {"key_uuid", to_string(invite.key_uuid)},
        {"key_name", invite.key_name}, {"email", invite.email}, {"role_id", static_cast<int>(invite.role)},
        {"role_name", invite.role_name}, {"invited_by_email", invite.invited_by_email},
        {"created_at", invite.created_at}};
}

json payload_of(const key_share& share) {
    return {{"email", share.email}, {"role_id", static_cast<int>(share.role)}, {"role_name", share.role_name},
        {"status", share.status}, {"created_at", share.created_at}};
}

} // namespace omegasafe::cli
