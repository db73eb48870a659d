#include "storage/config_file.hpp"

#include "crypto/uuid.hpp"
#include "messages/error.hpp"
#include "storage/atomic_file.hpp"
#include "storage/file_lock.hpp"

#define SI_NO_CONVERSION // bytes in, bytes out: no wide characters
#include <SimpleIni.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view file_name = "config.ini";
constexpr std::string_view static_section = "Global settings - static";
constexpr std::string_view dynamic_section = "Global settings - dynamic";
constexpr std::string_view keys_section = "OmegaSafe encryption keys";
constexpr std::string_view files_section = "OmegaSafe encrypted files";
constexpr std::array sections{static_section, dynamic_section, keys_section, files_section};

/// A config.ini of every property is under 4 KiB; the rest is room for comments.
constexpr std::uint64_t max_file_bytes = 1024 * 1024;

enum class kind { path, boolean, uuid, gigabytes, layer_password };

/// A property with what its text means and where it goes.
struct rule {
    config_property property;
    kind type;
    std::string_view comment; // lines for a new file
    void (*apply)(settings&, const fs::path& root, const std::string& value);
};

std::string_view environment_value(std::string_view name) {
    const char* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
    return value ? value : "";
}

fs::path resolve_path(const fs::path& root, std::string_view value, std::string_view name_if_empty) {
    if (value.empty())
        return root / name_if_empty;
    const std::string_view home = environment_value("HOME");
    if (value.starts_with("~/") && !home.empty())
        return fs::path(home) / value.substr(2);
    return root / value; // an absolute value replaces root
}

const std::array rules{
    rule{{"KEYS_CONTAINER_PATH", static_section, "", ""}, kind::path,
        "; Container of the local keys. Empty: omegasafe_keys.sfc beside this file.\n"
        "; A relative path starts at this file's folder, ~/ at your home folder.\n",
        [](settings& s, const fs::path& root, const std::string& value) {
            s.keys_path = resolve_path(root, value, "omegasafe_keys.sfc");
        }},
    rule{{"LOCAL_CACHE_CONTAINER_PATH", static_section, "", ""}, kind::path,
        "; Container of the local claim cache. Empty: local_cache.sfc beside this file.\n",
        [](settings& s, const fs::path& root, const std::string& value) {
            s.cache_path = resolve_path(root, value, "local_cache.sfc");
        }},
    rule{{"ECS_CONTAINER_PATH", static_section, "", ""}, kind::path,
        "; Container of the External Claims Storage entries. Empty: ecs_storage.sfc beside this file.\n",
        [](settings& s, const fs::path& root, const std::string& value) {
            s.ecs_path = resolve_path(root, value, "ecs_storage.sfc");
        }},
    rule{{"OFFLINE_MODE", dynamic_section, "OMEGASAFE_OFFLINE_MODE", "FALSE"}, kind::boolean,
        "; TRUE: never contact an ECS; claims come from the local caches only. TRUE or FALSE.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.offline_mode = *parse_boolean(value); }},
    rule{{"UPDATE_CHECK", dynamic_section, "OMEGASAFE_UPDATE_CHECK", "TRUE"}, kind::boolean,
        "; FALSE: do not look for a newer version after a command. TRUE or FALSE.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.update_check = *parse_boolean(value); }},
    rule{{"ECS_UUID_DEFAULT", dynamic_section, "OMEGASAFE_ECS_UUID_DEFAULT", ""}, kind::uuid,
        "; ECS that commands use when several are configured and none is named. A UUID, or empty for none.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.ecs_uuid_default = value; }},
    rule{{"CACHE_OFFLINE_KEY_CAPACITY_GB", dynamic_section, "OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB", "10"},
        kind::gigabytes,
        "; Key capacity kept in reserve for work without an ECS: 0 to 1000 GB (10^9 bytes), 0 for none.\n"
        "; Never more than a quarter of the key's capacity.\n",
        [](settings& s, const fs::path&, const std::string& value) {
            s.cache_offline_bytes = *parse_gigabytes(value);
        }},
    rule{{"CACHE_PERFORMANCE_KEY_CAPACITY_GB", dynamic_section, "OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB", "10"},
        kind::gigabytes,
        "; Key capacity claimed at once from the ECS and then used up locally: 0 to 1000 GB (10^9 bytes).\n"
        "; 0: ask the ECS for every file. Never more than a quarter of the key's capacity.\n",
        [](settings& s, const fs::path&, const std::string& value) {
            s.cache_performance_bytes = *parse_gigabytes(value);
        }},
    rule{{"TRADITIONAL_ENC_LAYER_PASS", files_section, "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS", ""},
        kind::layer_password,
        "; Password of the AES-256-GCM layer around encrypted files and Deltas. Recommended. Empty: no layer.\n"
        "; At least 8 characters, a letter and a digit, no whitespace; the same wherever the files are read.\n",
        [](settings& s, const fs::path&, const std::string& value) { s.traditional_layer_password = value; }},
};

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Text of unknown origin for a message: short and without control characters.
std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string result = "\"" + std::string(text.substr(0, longest)) + (text.size() > longest ? "...\"" : "\"");
    std::replace_if(result.begin(), result.end(), is_control, '?');
    return result;
}

std::string_view accepted_values(kind type) {
    switch (type) {
    case kind::path:
        return "a path without control characters or outer spaces";
    case kind::boolean:
        return "TRUE or FALSE (also 1, yes, on, 0, no, off)";
    case kind::uuid:
        return "a UUID such as 11111111-2222-4333-8444-555555555555, or empty";
    case kind::gigabytes:
        return "a decimal number of GB from 0 to 1000";
    case kind::layer_password:
        return "at least 8 characters with a letter and a digit and without whitespace, or empty";
    }
    return {};
}

/// The text as it stands in the file, or nothing when the property does not accept it.
std::optional<std::string> normalized(kind type, std::string_view text) {
    switch (type) {
    case kind::path:
        if (trim(text) == text && std::none_of(text.begin(), text.end(), is_control))
            return std::string(text);
        break;
    case kind::boolean:
        if (const auto value = parse_boolean(text))
            return *value ? "TRUE" : "FALSE";
        break;
    case kind::uuid:
        if (text.empty())
            return std::string();
        if (const auto id = crypto::parse_uuid(text))
            return crypto::to_string(*id);
        break;
    case kind::gigabytes:
        if (parse_gigabytes(text))
            return std::string(text);
        break;
    case kind::layer_password:
        if (acceptable_layer_password(text))
            return std::string(text);
        break;
    }
    return {};
}

const rule* find_rule(std::string_view name) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const rule& r) { return r.property.name == name; });
    return found == rules.end() ? nullptr : &*found;
}

[[noreturn]] void invalid(const fs::path& file, const std::string& what) {
    throw failure(errc::config_invalid, file.string() + ": " + what);
}

/// Property name to its checked, normalised value, of a whole config.ini.
using values = std::map<std::string, std::string, std::less<>>;

values read_values(const fs::path& file, std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        invalid(file, "holds a NUL byte, so it is not a text file; restore it from a copy or run 'omegasafe init'.");
    // Case-sensitive like the reference's names; key-only lines are read so that no line is skipped in silence.
    CSimpleIniCaseA ini(true, true, false);
    ini.SetAllowKeyOnly(true);
    if (ini.LoadData(text.data(), text.size()) < 0)
        invalid(file, "cannot be read as an INI file; restore it from a copy or run 'omegasafe init'.");

    values result;
    CSimpleIniCaseA::TNamesDepend found_sections;
    ini.GetAllSections(found_sections);
    for (const auto& section : found_sections) {
        CSimpleIniCaseA::TNamesDepend keys;
        ini.GetAllKeys(section.pItem, keys);
        if (std::find(sections.begin(), sections.end(), section.pItem) == sections.end() &&
            (*section.pItem || !keys.empty()))
            invalid(file, "unknown section " + quoted(section.pItem) +
                              "; the sections are [Global settings - static], [Global settings - dynamic], [OmegaSafe "
                              "encryption keys] and [OmegaSafe encrypted files].");
        for (const auto& key : keys) {
            const rule* const known = find_rule(key.pItem);
            if (!known)
                invalid(file, "unknown property " + quoted(key.pItem) + " in section [" + section.pItem +
                                  "]; remove the line or correct the name.");
            const std::string name = key.pItem;
            if (known->property.section != section.pItem)
                invalid(file, name + " belongs in section [" + std::string(known->property.section) + "], not in " +
                                  quoted(section.pItem) + ".");
            CSimpleIniCaseA::TNamesDepend found_values;
            ini.GetAllValues(section.pItem, key.pItem, found_values);
            if (found_values.size() > 1)
                invalid(file, name + " is set more than once; keep one line.");
            const std::string_view value = found_values.front().pItem;
            const auto accepted = normalized(known->type, value);
            if (!accepted) // a password is never repeated in a message
                invalid(file, name + (known->type == kind::layer_password ? "" : " is " + quoted(value) + " but") +
                                  " must be " + std::string(accepted_values(known->type)) + ".");
            result.emplace(name, *accepted);
        }
    }
    return result;
}

/// The value the environment gives a property, if it gives one to use. Adds to `warnings` what is wrong with it.
std::optional<std::string> override_value(const rule& rule, std::vector<std::string>& warnings) {
    const std::string_view text = environment_value(rule.property.environment);
    if (text.empty())
        return {};
    if (auto accepted = normalized(rule.type, text))
        return accepted;
    const std::string variable(rule.property.environment);
    if (rule.type == kind::layer_password) {
        warnings.push_back(variable + " is a weak password: it should have " + std::string(accepted_values(rule.type)) +
                           ". It is used as it is.");
        return std::string(text);
    }
    warnings.push_back(variable + " is " + quoted(text) + " but must be " + std::string(accepted_values(rule.type)) +
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
        if (in_file != from_file.end() && !(rule.type == kind::path && in_file->second.empty())) {
            value = in_file->second;
            source = setting_source::file;
        }
        if (auto overriding = override_value(rule, result.warnings)) {
            value = std::move(*overriding);
            source = setting_source::environment;
        }
        rule.apply(result, root, value);
        result.sources.emplace(rule.property.name, source);
    }
    return result;
}

void require_config(const fs::path& file) {
    if (std::error_code error; !fs::exists(file, error))
        throw failure(errc::config_missing, "No OmegaSafe configuration in " + file.parent_path().string() +
                                                ": config.ini is missing. Run 'omegasafe init' first, or name the "
                                                "configuration folder with --config-dir.");
}

std::string read_config(const fs::path& file) {
    require_config(file);
    try {
        const auto bytes = read_file(file, max_file_bytes);
        return {bytes.begin(), bytes.end()};
    } catch (const failure& error) {
        throw failure(errc::config_invalid, std::string("config.ini cannot be used. ") + error.what());
    }
}

/// Byte ranges of one line of a config.ini: [begin, end) without, `next` behind its line end.
struct line {
    std::size_t begin, end, next;
};

line line_at(std::string_view text, std::size_t begin) {
    std::size_t end = begin;
    while (end < text.size() && !is_line_end(text[end]))
        ++end;
    std::size_t next = end;
    if (next < text.size())
        next += text.substr(next).starts_with("\r\n") ? 2 : 1;
    return {begin, end, next};
}

/// Where a property's value stands, or where its line is to be inserted.
struct place {
    std::optional<line> property;         // the property's line
    std::optional<std::size_t> insertion; // behind the header of the property's section
};

place find_place(std::string_view text, const config_property& property) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    place result;
    std::string_view section;
    std::size_t position = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    while (position < text.size()) {
        const line current = line_at(text, position);
        position = current.next;
        const std::string_view content = trim(text.substr(current.begin, current.end - current.begin));
        if (content.starts_with('[')) {
            section = trim(content.substr(1, content.find(']') - 1));
            if (section == property.section && !result.insertion)
                result.insertion = current.next;
        } else if (section == property.section && trim(content.substr(0, content.find('='))) == property.name) {
            result.property = current;
        }
    }
    return result;
}

} // namespace

const std::vector<config_property>& config_properties() {
    static const std::vector<config_property> properties = [] {
        std::vector<config_property> result;
        for (const rule& rule : rules)
            result.push_back(rule.property);
        return result;
    }();
    return properties;
}

settings parse_settings(const fs::path& root, std::string_view text) {
    return resolve_settings(root, read_values(root / file_name, text));
}

settings load_settings(const fs::path& root) {
    const fs::path file = root / file_name;
    settings result = parse_settings(root, read_config(file));
    struct stat status {};
    const auto source = result.sources.find("TRADITIONAL_ENC_LAYER_PASS");
    if (source->second == setting_source::file && !result.traditional_layer_password.empty() &&
        ::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        result.warnings.push_back(
            file.string() + " holds a password and others can read it; run 'chmod 600 " + file.string() + "'.");
    return result;
}

std::string default_config_text() {
    std::string text = "; OmegaSafe configuration. Change it by hand or, for all but the paths, with 'omegasafe "
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
    return text;
}

// SimpleIni writes a file anew: it moves comments, drops some and changes spacing. So the one line is edited in place.
std::string with_property(std::string_view text, std::string_view name, std::string_view value) {
    const rule* const known = find_rule(name);
    if (!known)
        throw failure(errc::usage, "config.ini has no property " + quoted(name) + ".");
    const auto accepted = normalized(known->type, value);
    if (!accepted)
        throw failure(errc::usage, std::string(name) + " must be " + std::string(accepted_values(known->type)) + ".");
    (void)read_values(file_name, text);

    const std::string property_line = std::string(name) + (accepted->empty() ? " =" : " = ") + *accepted;
    const place found = find_place(text, known->property);
    std::string result(text);
    if (found.property)
        return result.replace(found.property->begin, found.property->end - found.property->begin, property_line);
    const std::size_t insertion = found.insertion.value_or(text.size());
    std::string added;
    if (insertion > 0 && !is_line_end(text[insertion - 1]))
        added = "\n";
    if (!found.insertion)
        added += "\n[" + std::string(known->property.section) + "]\n";
    return result.insert(insertion, added + property_line + "\n");
}

void set_property(const fs::path& root, std::string_view name, std::string_view value) {
    require_config(root / file_name);
    const fs::path file = fs::canonical(root / file_name); // a link to a file kept elsewhere stays a link
    const file_lock lock(file);
    const std::string text = with_property(read_config(file), name, value);
    atomic_file replacement(file, existing_target::replace);
    replacement.write_at(0, crypto::as_bytes(text));
    replacement.commit();
}

std::optional<bool> parse_boolean(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    if (lower == "1" || lower == "true" || lower == "yes" || lower == "on")
        return true;
    if (lower == "0" || lower == "false" || lower == "no" || lower == "off")
        return false;
    return {};
}

std::optional<std::uint64_t> parse_gigabytes(std::string_view text) {
    constexpr std::uint64_t bytes_per_gigabyte = 1'000'000'000;
    constexpr std::uint64_t most_gigabytes = 1000;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
    if (whole.empty() && fraction.empty())
        return {};
    if (!std::all_of(whole.begin(), whole.end(), is_digit) || !std::all_of(fraction.begin(), fraction.end(), is_digit))
        return {};

    std::uint64_t gigabytes = 0;
    for (const char digit : whole) {
        gigabytes = gigabytes * 10 + static_cast<std::uint64_t>(digit - '0');
        if (gigabytes > most_gigabytes)
            return {};
    }
    std::uint64_t bytes = gigabytes * bytes_per_gigabyte;
    std::uint64_t worth = bytes_per_gigabyte / 10;
    for (const char digit : fraction) {
        if (digit != '0' && gigabytes == most_gigabytes)
            return {};
        bytes += static_cast<std::uint64_t>(digit - '0') * worth;
        worth /= 10;
    }
    return bytes;
}

bool acceptable_layer_password(std::string_view text) {
    if (text.empty())
        return true;
    // Bytes of letters beyond ASCII count as letters.
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_refused = [](char c) { return c == ' ' || is_control(c); };
    const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }); // UTF-8
    return characters >= 8 && std::any_of(text.begin(), text.end(), is_letter) &&
           std::any_of(text.begin(), text.end(), is_digit) && std::none_of(text.begin(), text.end(), is_refused);
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
