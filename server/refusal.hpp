// How the server refuses a request: the machine code and status of docs/openapi.yaml, a sentence, a hint.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace omegasafe::server {

/// Thrown anywhere below a route; the API turns it into the error object. Undoes the transaction it is thrown in.
class refusal : public std::runtime_error {
public:
    refusal(unsigned status, std::string code, const std::string& sentence, nlohmann::json details = nullptr)
        : std::runtime_error(sentence), status_(status), code_(std::move(code)), details_(std::move(details)) {}

    unsigned status() const { return status_; }
    const std::string& code() const { return code_; }
    const nlohmann::json& details() const { return details_; }

private:
    unsigned status_;
    std::string code_;
    nlohmann::json details_;
};

} // namespace omegasafe::server
