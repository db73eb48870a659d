#include "server/api/fields.hpp"

#include "crypto/strict_json.hpp"
#include "crypto/text_encoding.hpp"
#include "messages/limits.hpp"
#include "server/refusal.hpp"
#include "wire/field_rules.hpp"
#include "wire/json_position.hpp"

namespace omegasafe::server {

namespace {

refusal invalid(const std::string& sentence) {
    return {api_error::invalid_request, sentence};
}

/// Bodies are small and flat: anything deep is refused before it can cost stack.
constexpr std::size_t deepest_body = 4, most_values = 100;

nlohmann::json parsed(const std::string& body) {
    auto object = crypto::parse_json<nlohmann::json>(body, {deepest_body, most_values});
    if (!object || !object->is_object())
        throw invalid("The body is no JSON object, or one with more in it than any request has.");
    return std::move(*object);
}

} // namespace

fields fields::of_body(const request& request) {
    const auto type = request.header("Content-Type");
    if (type != "application/json" && !type.starts_with("application/json;"))
        throw refusal(api_error::unsupported_media_type, "A body must have the Content-Type application/json.");
    return fields{parsed(request.body)};
}

fields fields::of_query(const request& request) {
    if (!request.body.empty())
        throw invalid("This request takes no body.");
    nlohmann::json object = nlohmann::json::object();
    const auto parameters = query_parameters(request.query);
    if (!parameters)
        throw invalid("The query is not percent-encoded correctly, or has something twice.");
    for (const auto& [name, value] : *parameters)
        object[name] = value;
    return fields{std::move(object)};
}

void fields::refuse(const std::string& name, const std::string& what) {
    throw invalid("The field " + name + " " + what + ".");
}

const nlohmann::json* fields::find(const char* name) {
    asked_.insert(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
}

const nlohmann::json& fields::at(const char* name) {
    const auto* found = find(name);
    if (found == nullptr)
        refuse(name, "is missing");
    return *found;
}

crypto::uuid fields::id(const char* name) {
    const auto& value = at(name);
    const auto parsed_id = value.is_string() ? crypto::parse_uuid(value.get_ref<const std::string&>()) : std::nullopt;
    if (!parsed_id)
        refuse(name, "is no UUID");
    return *parsed_id;
}

std::optional<crypto::uuid> fields::optional_id(const char* name) {
    return find(name) ? std::optional{id(name)} : std::nullopt;
}

const std::string& fields::string_at(const char* name) {
    const auto& value = at(name);
    if (!value.is_string())
        refuse(name, "is no text");
    return value.get_ref<const std::string&>();
}

std::string fields::text(const char* name, std::size_t most) {
    const auto& text = string_at(name);
    if (text.size() > most)
        refuse(name, "has more than " + std::to_string(most) + " bytes");
    if (!crypto::is_plain_text(text))
        refuse(name, "has control characters");
    return text;
}

std::optional<std::string> fields::optional_text(const char* name, std::size_t most) {
    return find(name) ? std::optional{text(name, most)} : std::nullopt;
}

std::string fields::name(const char* name) {
    const auto& value = string_at(name);
    if (const auto problem = wire::name_problem(value))
        throw invalid("The field " + std::string{name} + " is no name. " + *problem);
    return value;
}

std::optional<std::string> fields::optional_name(const char* name) {
    return find(name) ? std::optional{this->name(name)} : std::nullopt;
}

crypto::u128 fields::position(const char* name) {
    const auto position = wire::parse_position(at(name));
    if (!position)
        refuse(name, "is no whole number from 0 up");
    return *position;
}

std::uint64_t fields::number(const char* name, std::uint64_t least, std::uint64_t most) {
    const auto value = position(name);
    if (value < least || value > most)
        refuse(name, "must be from " + std::to_string(least) + " to " + std::to_string(most));
    return static_cast<std::uint64_t>(value);
}

std::string fields::email(const char* name) {
    auto normal = wire::normal_email(text(name, limits::name_bytes));
    if (!normal)
        refuse(name, "is no mail address");
    return *std::move(normal);
}

void fields::finish() const {
    for (const auto& [name, value] : object_.items())
        if (!asked_.contains(name))
            throw invalid("The field " + name.substr(0, 64) + " is not known here.");
}

} // namespace omegasafe::server
