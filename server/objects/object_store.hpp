// Where Delta files are: a folder of the server or a bucket. Clients move the bytes themselves, by signed URLs.
#pragma once

#include "server/http/message.hpp"
#include "server/objects/url_signer.hpp"
#include "server/settings.hpp"
#include "server/store/records.hpp"
#include "wire/upload_terms.hpp"
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace omegasafe::server {

struct object_name {
    uuid key_uuid{}, delta_uuid{};
};
using wire::upload_terms;
/// A request that a client may make by itself.
struct signed_transfer {
    std::string method, url;
    header_list headers; // to be sent exactly so
    unix_time expires_at = 0;
};
struct stored_object {
    std::vector<std::uint8_t> bytes;
    std::optional<uuid> attempt_uuid; // of the upload that brought it
};

/// Calls block. refusal 503 when the place cannot be reached.
class object_store {
public:
    virtual ~object_store() = default;
    virtual signed_transfer sign_upload(const object_name& name, const upload_terms& terms, unix_time now) const = 0;
    virtual signed_transfer sign_download(const object_name& name, unix_time now) const = 0;
    /// Nothing when there is no such object; at most the 10 MiB of a Delta.
    virtual std::optional<stored_object> fetch(const object_name& name) const = 0;
    virtual bool exists(const object_name& name) const = 0;
    /// False when it could not be removed; true also when there was none.
    virtual bool remove(const object_name& name) const noexcept = 0;
};

} // namespace omegasafe::server
