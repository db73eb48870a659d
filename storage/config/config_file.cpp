#include "storage/config/config_file.hpp"

#include "storage/config/config_value.hpp"
#include "storage/config/environment.hpp"
#include "storage/config/secret_source.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/files/file_lock.hpp"
#include "storage/files/file_status.hpp"
#include <omegasafe/error.hpp>

// Bytes in, bytes out; and its code compiled here, under our sanitizers: the packaged library would load ICU at start.
#define SI_NO_CONVERSION
#define SI_IMPLEMENTATION
#include <SimpleIni.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace omegasafe::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view static_section = "Global settings - static";
constexpr std::string_view dynamic_section = "Global settings - dynamic";
constexpr std::string_view keys_section = "OmegaSafe encryption keys";
constexpr std::string_view files_section = "OmegaSafe encrypted files";
constexpr std::array sections{static_section, dynamic_section, keys_section, files_section};

/// First and last line of a new file: what begins with the one and lacks the other was cut off.
constexpr std::string_view first_line = "; OmegaSafe configuration.";
constexpr std::string_view last_line = "; The end: a file without this line was cut off.";

/// A config.ini of every property is under 4 KiB; the rest is room for comments.
constexpr std::uint64_t max_file_bytes = 1024 * 1024;

/// A property with what its text means and where it goes.
struct rule {
    config_property property;
    value_kind kind;
    std::string_view comment; // lines for a new file
    void (*apply)(settings&, const fs::path& root, const std::string& value);
};

fs::path resolve_path(const fs::path& root, std::string_view value, std::string_view name_if_empty) {
    if (value.empty())
        return root / name_if_empty;
    const std::string_view home = environment_value("HOME");
    if (value.starts_with("~/") && !home.empty())
        return fs::path(home) / value.substr(2);
    return root / value; // an absolute value replaces root
}

const std::array rules{
    rule{{"KEYS_CONTAINER_PATH", static_section, "", ""}, value_kind::path,
        "; Container of the local keys. Empty: omegasafe_keys.sfc beside this file.\n"
        "; A relative path starts at this file's folder, ~/ at your home folder.\n",
        [](settings& s, const fs::path& root, const std::string& value) {
            s.keys_path = resolve_path(root, value, keys_container_name);
        }},
    rule{{"LOCAL_CACHE_CONTAINER_PATH", static_section, "", ""}, value_kind::path,
        "; Container of the local claim cache. Empty: local_cache.sfc beside this file.\n",
        [](settings& s, const fs::path& root, const std::string& value) {
            s.cache_path = resolve_path(root, value, cache_container_name);
        }},
    rule{{"ECS_CONTAINER_PATH", static_section, "", ""}, value_kind::path,
        "; Container of the External Claims Storage entries. Empty: ecs_storage.sfc beside this file.\n",
        [](settings& s, const fs::path& root, const std::string& value) {
            s.ecs_path = resolve_path(root, value, ecs_container_name);
        }},
    rule{{"OFFLINE_MODE", dynamic_section, "OMEGASAFE_OFFLINE_MODE", "FALSE"}, value_kind::boolean,
        "; TRUE: never contact an ECS; claims come from the local caches only. TRUE or FALSE.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.offline_mode = *parse_boolean(value); }},
    rule{{"UPDATE_CHECK", dynamic_section, "OMEGASAFE_UPDATE_CHECK", "TRUE"}, value_kind::boolean,
        "; FALSE: do not look for a newer version after a command. TRUE or FALSE.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.update_check = *parse_boolean(value); }},
    rule{{"ECS_UUID_DEFAULT", dynamic_section, "OMEGASAFE_ECS_UUID_DEFAULT", ""}, value_kind::identifier,
        "; ECS that commands use when several are configured and none is named. A UUID, or empty for none.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.ecs_uuid_default = value; }},
    rule{{"CACHE_OFFLINE_KEY_CAPACITY_GB", dynamic_section, "OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB", "10"},
        value_kind::gigabytes,
        "; Key capacity kept in reserve for work without an ECS: 0 to 1000 GB (10^9 bytes), 0 for none.\n"
        "; Never more than a quarter of the key's capacity.\n",
        [](settings& s, const fs::path&, const std::string& value) {
            s.cache_offline_bytes = *parse_gigabytes(value);
        }},
    rule{{"CACHE_PERFORMANCE_KEY_CAPACITY_GB", dynamic_section, "OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB", "10"},
        value_kind::gigabytes,
        "; Key capacity claimed at once from the ECS and then used up locally: 0 to 1000 GB (10^9 bytes).\n"
        "; 0: ask the ECS for every file. Never more than a quarter of the key's capacity.\n",
        [](settings& s, const fs::path&, const std::string& value) {
            s.cache_performance_bytes = *parse_gigabytes(value);
        }},
    rule{{"TRADITIONAL_ENC_LAYER_PASS", files_section, "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS", ""},
        value_kind::layer_password,
        "; Password of the AES-256-GCM layer around encrypted files and Deltas. Recommended. Empty: no layer.\n"
        "; At least 8 characters, a letter and a digit, no whitespace; the same wherever the files are read.\n",
        [](settings& s, const fs::path&, const std::string& value) {
            s.traditional_layer_password = crypto::secure_bytes{std::string_view{value}};
        }},
};

const rule* find_rule(std::string_view name) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const rule& r) { return r.property.name == name; });
    return found == rules.end() ? nullptr : &*found;
}

[[noreturn]] void invalid(const fs::path& file, const std::string& what) {
    throw failure(errc::config_invalid, file.string() + ": " + what);
}

/// One line of a config.ini: [begin, end) without, `next` behind its line end (as SimpleIni: LF, CR or both).
struct line {
    std::size_t begin, end, next;
    std::string_view content; // trimmed
};

std::vector<line> lines_of(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    std::vector<line> result;
    std::size_t begin = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
        const std::size_t next = std::min(end + (text.substr(end).starts_with("\r\n") ? 2 : 1), text.size());
        result.push_back({begin, end, next, trim(text.substr(begin, end - begin))});
        begin = next;
    }
    return result;
}

/// Property name to its checked, normalised value, of a whole config.ini.
using values = std::map<std::string, std::string, std::less<>>;

/// Checks one property of a file; `found` holds each value it is given there.
std::string check_property(const fs::path& file, const std::string& section, const std::string& name,
    const CSimpleIniCaseA::TNamesDepend& found) {
    const rule* const known = find_rule(name);
    if (!known) // only its first word: behind it may stand a password
        invalid(file, "unknown property " + in_quotes(name.substr(0, name.find_first_of(" \t"))) + " in section [" +
                          section + "]; remove the line or correct the name.");
    if (known->property.section != section)
        invalid(file,
            name + " belongs in section [" + std::string(known->property.section) + "], not in [" + section + "].");
    if (found.size() > 1)
        invalid(file, name + " is set more than once; keep one line.");
    const std::string_view value = found.front().pItem;
    auto accepted = normalized(known->kind, value);
    if (!accepted) // a password is never repeated in a message
        invalid(file, name + (known->kind == value_kind::layer_password ? "" : " is " + in_quotes(value) + " but") +
                          " must be " + std::string(accepted_values(known->kind)) + ".");
    return std::move(*accepted);
}

values read_values(const fs::path& file, std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        invalid(file, "holds a NUL byte, so it is not a text file; restore it from a copy.");
    std::size_t number = 0;
    for (const line& line : lines_of(text)) {
        ++number;
        // SimpleIni passes over such lines in silence.
        if (line.content.starts_with('=') || (line.content.starts_with('[') && !line.content.ends_with(']')))
            invalid(file, "line " + std::to_string(number) + " is neither [section] nor NAME = value; correct it.");
    }
    constexpr bool utf8 = true, repeated_keys = true, multi_line_values = false;
    CSimpleIniCaseA ini(utf8, repeated_keys, multi_line_values);
    ini.SetAllowKeyOnly(true); // or lines without = would be skipped in silence
    if (ini.LoadData(text.data(), text.size()) < 0)
        invalid(file, "cannot be read as an INI file; restore it from a copy.");

    values result;
    CSimpleIniCaseA::TNamesDepend found_sections, keys, found_values;
    ini.GetAllSections(found_sections);
    for (const auto& section : found_sections) {
        // Properties in front of the first section are in the section without a name.
        if (*section.pItem && std::find(sections.begin(), sections.end(), section.pItem) == sections.end())
            invalid(file, "unknown section " + in_quotes(section.pItem) +
                              "; the sections are [Global settings - static], [Global settings - dynamic], [OmegaSafe "
                              "encryption keys] and [OmegaSafe encrypted files].");
        ini.GetAllKeys(section.pItem, keys);
        for (const auto& key : keys) {
            ini.GetAllValues(section.pItem, key.pItem, found_values);
            result.emplace(key.pItem, check_property(file, section.pItem, key.pItem, found_values));
        }
    }
    return result;
}

/// The value the environment gives a property, if it gives one to use. Adds to `warnings` what is wrong with it.
std::optional<std::string> override_value(const rule& rule, std::vector<std::string>& warnings) {
    const std::string variable(rule.property.environment);
    std::string text{environment_value(variable)};
    const bool secret = rule.kind == value_kind::layer_password;
    if (const auto found = secret ? secret_from_environment(
                                        variable, secret_commands::run, {errc::layer_password, errc::layer_password})
                                  : std::nullopt)
        text = found->text();
    if (text.empty())
        return {};
    if (auto accepted = normalized(rule.kind, text))
        return accepted;
    if (secret) {
        warnings.push_back(variable +
                           " is used as it is, but the password is weak: it should have at least 8 characters "
                           "with a letter and a digit and without whitespace.");
        return text;
    }
    warnings.push_back(variable + " is " + in_quotes(text) + " but must be " + std::string(accepted_values(rule.kind)) +
                       ". It is ignored; " + std::string(rule.property.name) +
                       " comes from config.ini or its default.");
    return {};
}

settings resolve_settings(const fs::path& root, const values& from_file) {
    settings result;
    for (const rule& rule : rules) {
        std::string value(rule.property.default_value);
        auto source = setting_source::default_value;
        const auto in_file = from_file.find(rule.property.name);
        // An empty path in the file stands for the default.
        if (in_file != from_file.end() && !(rule.kind == value_kind::path && in_file->second.empty())) {
            value = in_file->second;
            source = setting_source::file;
        }
        if (auto overriding = override_value(rule, result.warnings)) {
            value = std::move(*overriding);
            source = setting_source::environment;
        }
        if (rule.kind == value_kind::layer_password && in_file != from_file.end())
            result.layer_password_in_file = crypto::secure_bytes{std::string_view{in_file->second}};
        rule.apply(result, root, value);
        result.sources.emplace(rule.property.name, source);
    }
    return result;
}

void require_config(const fs::path& file) {
    if (is_there(file))
        return;
    const auto root = file.parent_path();
    for (const auto* name : container_names)
        if (is_there(root / name)) // init would destroy what is left
            throw failure(errc::config_missing, file.string() + " is missing, though " + name +
                                                    " lies beside it; restore it from a copy, or write it anew as "
                                                    "docs/configuration.md shows it.");
    throw failure(errc::config_missing, "No OmegaSafe configuration in " + root.string() +
                                            ": config.ini is missing. Run 'omegasafe init' first, or name the "
                                            "configuration folder with --config-dir.");
}

std::string read_config(const fs::path& file) {
    require_config(file);
    try {
        const auto bytes = read_file(file, max_file_bytes);
        return {bytes.begin(), bytes.end()};
    } catch (const failure& error) {
        if (error.code() == errc::input_unreadable && ::access(file.c_str(), R_OK) != 0 && errno == EACCES)
            throw cannot_look_at(file, EACCES);
        throw failure(errc::config_invalid, std::string("config.ini cannot be used. ") + error.what());
    }
}

bool is_section_line(std::string_view content, std::string_view section) {
    return content.starts_with('[') && content.ends_with(']') && trim(content.substr(1, content.size() - 2)) == section;
}

/// What an emptied or cut file has lost would become a default without a word, the layer's password among it.
void require_whole(const fs::path& file, std::string_view text) {
    const auto damaged = [&](const std::string& how) {
        invalid(file, how + ", so it is damaged or was cut off; restore it from a copy, or put back what is missing as "
                            "docs/configuration.md shows it.");
    };
    const auto lines = lines_of(text);
    const auto has = [&](auto is_it) { return std::ranges::any_of(lines, is_it, &line::content); };
    if (!has([](std::string_view content) { return !content.empty(); }))
        damaged("is empty");
    for (const auto section : sections)
        if (!has([&](std::string_view content) { return is_section_line(content, section); }))
            damaged("lacks the section [" + std::string(section) + "]");
    const bool ours = has([](std::string_view content) { return content.starts_with(first_line); });
    if (ours && !has([](std::string_view content) { return content == last_line; }))
        damaged("lacks its last line \"" + std::string(last_line) + "\"");
    if (!ours && lines.back().end == lines.back().next) // of unknown length: a cut value would pass for a whole one
        damaged("has no line end behind its last line");
}

/// Where a property's line stands, or where it is to be inserted.
struct place {
    std::optional<line> property;
    std::optional<std::size_t> insertion; // behind the header of the property's section
};

place find_place(std::string_view text, const config_property& property) {
    place result;
    std::string_view section;
    for (const line& line : lines_of(text)) {
        if (line.content.starts_with('[')) {
            section = trim(line.content.substr(1, line.content.find(']') - 1));
            if (section == property.section && !result.insertion)
                result.insertion = line.next;
        } else if (section == property.section &&
                   trim(line.content.substr(0, line.content.find('='))) == property.name) {
            result.property = line;
        }
    }
    return result;
}

} // namespace

settings parse_settings(const fs::path& root, std::string_view text) {
    return resolve_settings(root, read_values(root / config_file_name, text));
}

settings load_settings(const fs::path& root) {
    const fs::path file = root / config_file_name;
    const auto text = read_config(file);
    settings result = parse_settings(root, text);
    require_whole(file, text);
    struct stat status {};
    const auto source = result.sources.find("TRADITIONAL_ENC_LAYER_PASS");
    if (source->second == setting_source::file && !result.traditional_layer_password.empty() &&
        ::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        result.warnings.push_back(
            file.string() + " holds a password and others can read it; run 'chmod 600 " + file.string() + "'.");
    return result;
}

bool is_our_config(const fs::path& file) {
    try {
        const auto bytes = read_file(file, max_file_bytes);
        const auto lines = lines_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        return std::ranges::any_of(lines, [](const line& line) {
            return std::ranges::any_of(
                sections, [&](std::string_view section) { return is_section_line(line.content, section); });
        });
    } catch (const failure&) {
        return false; // not a file, not to be read, or far too long
    }
}

std::string default_config_text() {
    std::string text = std::string(first_line) +
                       " Change it by hand or, for all but the paths, with 'omegasafe "
                       "set-config'.\n; Lines that begin with ; or # are comments and stay when a value changes.\n";
    for (const std::string_view section : sections) {
        text += "\n[" + std::string(section) + "]\n";
        if (section == keys_section)
            text += "; No properties yet.\n";
        for (const rule& rule : rules)
            if (rule.property.section == section) {
                text += std::string(rule.comment) + std::string(rule.property.name) + " =";
                text +=
                    rule.property.default_value.empty() ? "\n" : " " + std::string(rule.property.default_value) + "\n";
            }
    }
    return text + "\n" + std::string(last_line) + "\n";
}

// SimpleIni writes a file anew: it moves comments, drops some and changes spacing. So the one line is edited in place.
std::string with_property(std::string_view text, std::string_view name, std::string_view value) {
    const rule* const known = find_rule(name);
    if (!known)
        throw failure(errc::usage, "config.ini has no property " + in_quotes(name) + ".");
    const auto accepted = normalized(known->kind, value);
    if (!accepted)
        throw failure(errc::usage, std::string(name) + " must be " + std::string(accepted_values(known->kind)) + ".");
    (void)read_values(config_file_name, text);

    const std::string property_line = std::string(name) + (accepted->empty() ? " =" : " = ") + *accepted;
    const place found = find_place(text, known->property);
    std::string result(text);
    if (found.property)
        return result.replace(found.property->begin, found.property->end - found.property->begin, property_line);
    const std::size_t insertion = found.insertion.value_or(text.size());
    std::string added;
    if (insertion > 0 && text[insertion - 1] != '\n' && text[insertion - 1] != '\r')
        added = "\n";
    if (!found.insertion)
        added += "\n[" + std::string(known->property.section) + "]\n";
    return result.insert(insertion, added + property_line + "\n");
}

void set_properties(const fs::path& root, const property_changes& changes) {
    require_config(root / config_file_name);
    const fs::path file = fs::canonical(root / config_file_name); // a link to a file kept elsewhere stays a link
    const file_lock lock(file);
    std::string text = read_config(file);
    (void)read_values(file, text);
    require_whole(file, text);
    for (const auto& [name, value] : changes)
        text = with_property(text, name, value);
    atomic_file replacement(file, existing_target::replace_locked);
    replacement.write_at(0, crypto::as_bytes(text));
    replacement.commit();
}

fs::path resolve_config_root(const std::string& config_dir_argument) {
    if (!config_dir_argument.empty())
        return fs::absolute(config_dir_argument);
    if (const auto folder = environment_value("OMEGASAFE_CONFIG_DIR"); !folder.empty())
        return fs::absolute(folder);
    const auto home = environment_value("HOME");
    if (home.empty())
        throw failure(errc::config_missing, "There is no home folder to find the configuration in; name a folder with "
                                            "--config-dir or OMEGASAFE_CONFIG_DIR.");
    return fs::path(home) / ".omegasafe";
}

} // namespace omegasafe::storage

namespace omegasafe {

const std::vector<config_property>& config_properties() {
    static const std::vector<config_property> properties = [] {
        std::vector<config_property> result;
        result.reserve(std::size(storage::rules));
        for (const storage::rule& rule : storage::rules)
            result.push_back(rule.property);
        return result;
    }();
    return properties;
}

} // namespace omegasafe
