// What a request says, read strictly: the fields of a JSON body or of a query.
#pragma once

#include "crypto/position.hpp"
#include "crypto/uuid.hpp"
#include "server/http/message.hpp"
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

namespace omegasafe::server {

using json = nlohmann::ordered_json;

/// Every getter refuses (400 invalid_request, naming the field) what is missing, ill-typed or out of range; finish()
/// refuses what nobody asked for. null is ill-typed everywhere.
class fields {
public:
    /// The JSON object of a body; refusal when it is none.
    static fields of_body(const request& request);
    /// The parameters of the query, as texts.
    static fields of_query(const request& request);

    crypto::uuid id(const char* name);
    std::optional<crypto::uuid> optional_id(const char* name);
    /// A name by the rules of wire/field_rules.hpp.
    std::string name(const char* name);
    std::optional<std::string> optional_name(const char* name);
    /// Any text up to `most` bytes, also empty.
    std::string text(const char* name, std::size_t most);
    std::optional<std::string> optional_text(const char* name, std::size_t most);
    /// An integer, or its decimal text.
    crypto::u128 position(const char* name);
    std::uint64_t number(const char* name, std::uint64_t least, std::uint64_t most);
    /// A mail address, lower case.
    std::string email(const char* name);

    void finish() const;

private:
    explicit fields(nlohmann::json object) : object_(std::move(object)) {}
    const nlohmann::json* find(const char* name);
    const nlohmann::json& at(const char* name);
    const std::string& string_at(const char* name);
    [[noreturn]] static void refuse(const std::string& name, const std::string& what);

    nlohmann::json object_;
    std::set<std::string> asked_;
};

} // namespace omegasafe::server
