#include "storage/tree/tree_filter.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <unordered_set>

namespace omegasafe::storage {

namespace {

bool matches(std::string pattern, const std::string& path, bool is_folder) {
    if (pattern.size() > 1 && pattern.ends_with('/')) {
        if (!is_folder)
            return false;
        pattern.pop_back();
    }
    if (pattern.starts_with('/'))
        return ::fnmatch(pattern.c_str() + 1, path.c_str(), FNM_PATHNAME) == 0;
    for (std::size_t at = 0;; ++at) {
        if (::fnmatch(pattern.c_str(), path.c_str() + at, FNM_PATHNAME) == 0)
            return true;
        at = path.find('/', at);
        if (at == std::string::npos)
            return false;
    }
}

bool any_matches(const std::vector<std::string>& patterns, const std::string& path, bool is_folder) {
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return matches(pattern, path, is_folder); });
}

/// Calls body(folder) for each folder above a path.
template <class F>
void for_each_parent(const std::string& path, F body) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        body(path.substr(0, slash));
}

} // namespace

bool tree_filter::excludes(const std::string& path, bool is_folder) const {
    return any_matches(patterns_.exclude, path, is_folder);
}

bool tree_filter::takes(const tree_entry& entry) const {
    bool excluded = excludes(entry.path, entry.is_folder);
    bool included = patterns_.include.empty() || any_matches(patterns_.include, entry.path, entry.is_folder);
    for_each_parent(entry.path, [&](const std::string& folder) {
        excluded = excluded || excludes(folder, true);
        included = included || any_matches(patterns_.include, folder, true);
    });
    return included && !excluded;
}

void tree_filter::select(std::vector<tree_entry>& entries) const {
    if (patterns_.include.empty() && patterns_.exclude.empty())
        return;
    std::unordered_set<std::string> needed;
    std::vector<bool> taken;
    taken.reserve(entries.size());
    for (const auto& entry : entries) {
        taken.push_back(takes(entry));
        if (taken.back())
            for_each_parent(entry.path, [&](std::string folder) { needed.insert(std::move(folder)); });
    }
    std::size_t number = 0;
    std::erase_if(entries, [&](const tree_entry& entry) { return !taken[number++] && !needed.contains(entry.path); });
}

} // namespace omegasafe::storage
