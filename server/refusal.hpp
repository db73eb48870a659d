// How the server refuses a request: the code of docs/openapi.yaml, and a sentence.
#pragma once

#include "wire/api_error.hpp"
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace omegasafe::server {

using wire::api_error;

/// Thrown anywhere below a route; the API turns it into the error object. Undoes the transaction it is thrown in.
class refusal : public std::runtime_error {
public:
    refusal(api_error code, const std::string& sentence, nlohmann::json details = nullptr)
        : std::runtime_error(sentence), code_(code), details_(std::move(details)) {}

    api_error code() const { return code_; }
    const nlohmann::json& details() const { return details_; }

private:
    api_error code_;
    nlohmann::json details_;
};

} // namespace omegasafe::server
