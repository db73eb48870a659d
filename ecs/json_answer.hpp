// The JSON answers of an HTTP ECS, read strictly: a field that is missing or of another kind is an error that names it.
#pragma once

#include "crypto/position.hpp"
#include "crypto/uuid.hpp"
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace omegasafe::ecs {

/// One JSON object. Fields that nobody asks for are ignored: a later server may say more. Every getter throws
/// failure(ecs_rejected) with the sentence "The ECS at HOST sent an answer that ...". The or_none getters also take
/// null and a field that is missing.
class json_answer {
public:
    /// Refuses text that is no JSON object, nests deeper than answers do, or has more values than its bytes could
    /// honestly hold. `host` names the server in sentences.
    json_answer(std::string_view text, std::string host);

    /// Control characters become blanks: what a server says is one line.
    std::string text(const char* field) const;
    std::optional<std::string> text_or_none(const char* field) const;
    std::uint64_t number(const char* field) const;
    std::optional<std::uint64_t> number_or_none(const char* field) const;
    bool flag(const char* field) const;
    std::optional<bool> flag_or_none(const char* field) const;
    crypto::uuid id(const char* field) const;
    std::optional<crypto::uuid> id_or_none(const char* field) const;
    /// An integer, or a decimal text as to_decimal writes it.
    crypto::u128 position(const char* field) const;
    json_answer object(const char* field) const;
    std::optional<json_answer> object_or_none(const char* field) const;
    /// An array of objects.
    std::vector<json_answer> list(const char* field) const;
    /// An object whose values are all texts.
    std::vector<std::pair<std::string, std::string>> texts(const char* field) const;

    /// Ends with "The ECS at HOST sent an answer that <what>."
    [[noreturn]] void refuse(const std::string& what) const;

private:
    json_answer(std::shared_ptr<const nlohmann::json> value, std::string host)
        : value_(std::move(value)), host_(std::move(host)) {}
    const nlohmann::json* find(const char* field) const; // null: missing, or null
    [[noreturn]] void refuse_field(const char* field) const;

    std::shared_ptr<const nlohmann::json> value_; // a part keeps the whole answer
    std::string host_;
};

} // namespace omegasafe::ecs
