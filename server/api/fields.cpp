#include "server/api/fields.hpp"

#include "crypto/text_encoding.hpp"
#include "server/refusal.hpp"
#include <algorithm>

namespace omegasafe::server {

namespace {

constexpr std::size_t name_bytes = 255;

refusal invalid(const std::string& sentence) {
    return {400, "invalid_request", sentence};
}

bool has_control(const std::string& text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            throw invalid("The query is not percent-encoded correctly.");
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

/// Bodies are small and flat: anything deep is refused before it can cost stack.
nlohmann::json parsed(const std::string& body) {
    auto deepest = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > 4)
            throw invalid("The body is nested too deeply.");
        return true;
    };
    auto object = nlohmann::json::parse(body, deepest, false);
    if (object.is_discarded() || !object.is_object())
        throw invalid("The body is no JSON object.");
    return object;
}

} // namespace

bool looks_like_email(const std::string& text) {
    const auto at = text.find('@');
    const auto plain = [](unsigned char c) { return c > 0x20 && c != 0x7f && c != ',' && c != ';' && c != '"'; };
    return at != std::string::npos && at > 0 && at + 1 < text.size() && text.rfind('@') == at && text.size() <= 254 &&
           std::ranges::all_of(text, plain);
}

std::vector<std::pair<std::string, std::string>> query_parameters(const std::string& query) {
    std::vector<std::pair<std::string, std::string>> found;
    std::size_t begin = 0;
    while (begin < query.size()) {
        const auto end = std::min(query.find('&', begin), query.size());
        const auto part = std::string_view{query}.substr(begin, end - begin);
        const auto equals = part.find('=');
        auto name = percent_decoded(part.substr(0, equals));
        if (std::ranges::any_of(found, [&](const auto& f) { return f.first == name; }))
            throw invalid("The query has '" + name + "' twice.");
        found.emplace_back(std::move(name),
            equals == std::string_view::npos ? std::string{} : percent_decoded(part.substr(equals + 1)));
        begin = end + 1;
    }
    return found;
}

fields fields::of_body(const request& from) {
    const auto type = from.header("Content-Type");
    if (type != "application/json" && !type.starts_with("application/json;"))
        throw refusal(415, "unsupported_media_type", "A body must have the Content-Type application/json.");
    return fields{parsed(from.body)};
}

fields fields::of_query(const request& from) {
    if (!from.body.empty())
        throw invalid("This request takes no body.");
    nlohmann::json object = nlohmann::json::object();
    for (auto& [name, value] : query_parameters(from.query))
        object[name] = std::move(value);
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

std::string fields::text(const char* name, std::size_t most) {
    const auto& value = at(name);
    if (!value.is_string())
        refuse(name, "is no text");
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > most)
        refuse(name, "has more than " + std::to_string(most) + " bytes");
    if (has_control(text))
        refuse(name, "has control characters");
    return text;
}

std::optional<std::string> fields::optional_text(const char* name, std::size_t most) {
    return find(name) ? std::optional{text(name, most)} : std::nullopt;
}

std::string fields::name(const char* name) {
    auto value = text(name, name_bytes);
    if (value.empty())
        refuse(name, "is empty");
    return value;
}

std::optional<std::string> fields::optional_name(const char* name) {
    return find(name) ? std::optional{this->name(name)} : std::nullopt;
}

crypto::u128 fields::position(const char* name) {
    const auto& value = at(name);
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    const auto parsed_text =
        value.is_string() ? crypto::parse_decimal(value.get_ref<const std::string&>()) : std::nullopt;
    if (!parsed_text)
        refuse(name, "is no whole number from 0 up");
    return *parsed_text;
}

std::uint64_t fields::number(const char* name, std::uint64_t least, std::uint64_t most) {
    const auto value = position(name);
    if (value < least || value > most)
        refuse(name, "must be from " + std::to_string(least) + " to " + std::to_string(most));
    return static_cast<std::uint64_t>(value);
}

std::string fields::email(const char* name) {
    auto value = crypto::lower_case(text(name, 254));
    if (!looks_like_email(value))
        refuse(name, "is no mail address");
    return value;
}

void fields::finish() const {
    for (const auto& [name, value] : object_.items())
        if (!asked_.contains(name))
            throw invalid("The field " + name.substr(0, 64) + " is not known here.");
}

} // namespace omegasafe::server
