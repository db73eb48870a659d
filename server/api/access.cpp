#include "server/api/access.hpp"

namespace omegasafe::server {

refusal role_too_low(role mine, role needed) {
    return {api_error::role_too_low,
        "Your role on this key is " + std::string{role_name(mine)} + "; this needs " + std::string{role_name(needed)} +
            ".",
        {{"role_id", static_cast<int>(mine)}, {"needed_role_id", static_cast<int>(needed)}}};
}

key_record require_key(store& data, const call& call, const uuid& key_uuid, operation what) {
    auto key = data.key_of(call.user.user_uuid, key_uuid);
    if (!key)
        throw refusal(api_error::key_unknown, "There is no key " + crypto::to_string(key_uuid) + " for this API key.");
    if (!may(key->my_role, what))
        throw role_too_low(key->my_role, least_role(what));
    return *key;
}

storage_record storage_named(store& data, const uuid& storage_uuid) {
    if (is_internal(storage_uuid))
        return internal_storage();
    if (auto found = data.storage(storage_uuid))
        return *found;
    throw refusal(api_error::storage_unknown, "There is no storage " + crypto::to_string(storage_uuid) + ".");
}

storage_record require_storage(store& data, const call& call, const uuid& storage_uuid) {
    if (is_internal(storage_uuid))
        return internal_storage();
    auto found = data.storage(storage_uuid);
    if (!found || found->user_uuid != call.user.user_uuid)
        throw refusal(api_error::storage_unknown, "There is no storage " + crypto::to_string(storage_uuid) + ".");
    return *found;
}

} // namespace omegasafe::server
