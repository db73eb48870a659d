#include "ecs/json_answer.hpp"

#include "crypto/strict_json.hpp"
#include "wire/json_position.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

using nlohmann::json;

namespace {

/// A Delta in a list is at the fourth level.
constexpr std::size_t deepest_answer = 8;
/// The shortest lists, those of shares, have 17 bytes for each value; small answers have a few that are shorter.
constexpr std::size_t bytes_per_value = 16, values_of_small_answers = 1000;

} // namespace

json_answer::json_answer(std::string_view text, std::string host) : host_(std::move(host)) {
    auto parsed =
        crypto::parse_json<json>(text, {deepest_answer, values_of_small_answers + text.size() / bytes_per_value});
    if (!parsed || !parsed->is_object())
        refuse("is no JSON object, or one that no ECS sends");
    value_ = std::make_shared<const json>(std::move(*parsed));
}

std::string json_answer::text(const char* field) const {
    auto value = text_or_none(field);
    if (!value)
        refuse_field(field);
    return std::move(*value);
}

std::optional<std::string> json_answer::text_or_none(const char* field) const {
    const auto* value = find(field);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_string())
        refuse_field(field);
    auto text = value->get<std::string>();
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
    return text;
}

std::uint64_t json_answer::number(const char* field) const {
    const auto value = number_or_none(field);
    if (!value)
        refuse_field(field);
    return *value;
}

std::optional<std::uint64_t> json_answer::number_or_none(const char* field) const {
    const auto* value = find(field);
    if (value == nullptr)
        return std::nullopt;
    const auto parsed = wire::parse_position(*value);
    if (!parsed || *parsed > UINT64_MAX)
        refuse_field(field);
    return static_cast<std::uint64_t>(*parsed);
}

bool json_answer::flag(const char* field) const {
    const auto value = flag_or_none(field);
    if (!value)
        refuse_field(field);
    return *value;
}

std::optional<bool> json_answer::flag_or_none(const char* field) const {
    const auto* value = find(field);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_boolean())
        refuse_field(field);
    return value->get<bool>();
}

crypto::uuid json_answer::id(const char* field) const {
    const auto value = id_or_none(field);
    if (!value)
        refuse_field(field);
    return *value;
}

std::optional<crypto::uuid> json_answer::id_or_none(const char* field) const {
    const auto value = text_or_none(field);
    if (!value)
        return std::nullopt;
    const auto parsed = crypto::parse_uuid(*value);
    if (!parsed)
        refuse_field(field);
    return parsed;
}

crypto::u128 json_answer::position(const char* field) const {
    const auto* value = find(field);
    const auto parsed = value != nullptr ? wire::parse_position(*value) : std::nullopt;
    if (!parsed)
        refuse_field(field);
    return *parsed;
}

json_answer json_answer::object(const char* field) const {
    auto value = object_or_none(field);
    if (!value)
        refuse_field(field);
    return std::move(*value);
}

std::optional<json_answer> json_answer::object_or_none(const char* field) const {
    const auto* value = find(field);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_object())
        refuse_field(field);
    return json_answer{std::shared_ptr<const json>{value_, value}, host_};
}

std::vector<json_answer> json_answer::list(const char* field) const {
    const auto* value = find(field);
    if (value == nullptr || !value->is_array())
        refuse_field(field);
    std::vector<json_answer> elements;
    elements.reserve(value->size());
    for (const auto& element : *value) {
        if (!element.is_object())
            refuse_field(field);
        elements.push_back({std::shared_ptr<const json>{value_, &element}, host_});
    }
    return elements;
}

std::vector<std::pair<std::string, std::string>> json_answer::texts(const char* field) const {
    const auto* value = find(field);
    if (value == nullptr || !value->is_object())
        refuse_field(field);
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, content] : value->items()) {
        if (!content.is_string())
            refuse_field(field);
        out.emplace_back(name, content.get<std::string>());
    }
    return out;
}

void json_answer::refuse(const std::string& what) const {
    throw failure(errc::ecs_rejected, "The ECS at " + host_ + " sent an answer that " + what + ".");
}

const json* json_answer::find(const char* field) const {
    const auto found = value_->find(field);
    return found == value_->end() || found->is_null() ? nullptr : &*found;
}

void json_answer::refuse_field(const char* field) const {
    refuse("lacks a usable " + std::string{field});
}

} // namespace omegasafe::ecs
