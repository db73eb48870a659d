// A request and its response, as routes see them: no sockets, no library types.
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace omegasafe::server {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct request {
    std::string method;                 // upper case
    std::string path;                   // without query, as sent (not decoded), the base path taken off
    std::string query;                  // behind the question mark, as sent
    header_list headers;                // without Authorization
    crypto::secure_bytes authorization; // the value of that header; empty without it
    std::string body;
    std::string remote_address; // without port
    crypto::uuid request_id{};
    std::optional<std::uint64_t> content_length; // as announced

    /// Value of a header, its name in any case; empty without it.
    std::string_view header(std::string_view name) const;
    /// What follows "Bearer " in the Authorization header; nothing when it is of another kind or missing.
    std::optional<std::string_view> bearer() const;
};

/// The parameters of a query, decoded; nothing when it is not percent-encoded correctly or has a name twice.
std::optional<header_list> query_parameters(std::string_view query);

struct response {
    unsigned status = 200;
    std::string body;
    std::string content_type = "application/json";
    header_list headers{};
};

} // namespace omegasafe::server
