// The two shapes of an answer: what was asked for, or the error object of docs/openapi.yaml.
#pragma once

#include "server/api/fields.hpp"
#include "server/refusal.hpp"

namespace omegasafe::server {

response answer(const json& payload, unsigned status = 200);

/// The error object for a refusal, with the headers that its code asks for.
response error_response(const request& request, const refusal& problem);

} // namespace omegasafe::server
