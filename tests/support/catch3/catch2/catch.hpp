// Catch2 3 (Debian 13) under the header and the names of version 2 (Debian 12), which the tests use, as RapidCheck
// does.
#pragma once

#include <catch2/catch_all.hpp>
#include <string>

namespace Catch {

using Matchers::StartsWith;

inline Matchers::StringContainsMatcher Contains(const std::string& text) {
    return Matchers::ContainsSubstring(text);
}

} // namespace Catch
