#include "server/http/message.hpp"

#include "crypto/text_encoding.hpp"
#include <algorithm>

namespace omegasafe::server {

namespace {

std::optional<std::string> decoded(std::string_view text) {
    std::string with_blanks{text};
    std::ranges::replace(with_blanks, '+', ' ');
    return crypto::percent_decoded(with_blanks);
}

} // namespace

std::string_view request::header(std::string_view name) const {
    const auto wanted = crypto::lower_case(name);
    for (const auto& [known, value] : headers)
        if (crypto::lower_case(known) == wanted)
            return value;
    return {};
}

std::optional<std::string_view> request::bearer() const {
    constexpr std::string_view scheme = "Bearer ";
    const auto value = authorization.text();
    return value.starts_with(scheme) ? std::optional{value.substr(scheme.size())} : std::nullopt;
}

std::optional<header_list> query_parameters(std::string_view query) {
    header_list found;
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(part.size() + 1, query.size()));
        const auto equals = std::min(part.find('='), part.size());
        auto name = decoded(part.substr(0, equals));
        auto value = decoded(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value || std::ranges::find(found, *name, &header_list::value_type::first) != found.end())
            return std::nullopt;
        found.emplace_back(*std::move(name), *std::move(value));
    }
    return found;
}

} // namespace omegasafe::server
