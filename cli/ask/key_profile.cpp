#include "cli/ask/key_profile.hpp"

#include "cli/show/format.hpp"
#include "cli/terminal/terminal.hpp"
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <omegasafe/error.hpp>

namespace omegasafe::cli {

namespace {

struct preset {
    const char* name;
    key_geometry geometry;
};
constexpr std::array presets{
    preset{"SMALL", small_preset}, preset{"MEDIUM / RECOMMENDED", medium_preset}, preset{"BIG", big_preset}};

struct capacity_field {
    const char* name;
    std::string (*value)(const key_geometry&);
};
const std::array capacity_fields{
    capacity_field{
        "Alpha/Delta key size on disk", [](const key_geometry& g) { return decimal_size(g.nominal_bytes(), 2); }},
    capacity_field{"Alpha/Delta capacity", [](const key_geometry& g) { return decimal_size(g.capacity()); }},
    capacity_field{"Maximum file size", [](const key_geometry& g) { return decimal_size(g.capacity()); }},
    capacity_field{
        "Supported number of Deltas", [](const key_geometry& g) { return with_thousands(g.supported_deltas()); }},
    capacity_field{"Total encryption capacity", [](const key_geometry& g) { return decimal_size(g.total_capacity()); }},
};

constexpr const char* notes = "Notes:\n"
                              "- MEDIUM / RECOMMENDED is the default preset and is suitable for most use cases.\n"
                              "- Use BYOS (Bring Your Own Storage) rather than internal storage for production\n"
                              "  keys. Cloudflare R2 has a free tier well beyond typical OmegaSafe usage.\n"
                              "- Larger keys provide more capacity but take longer to generate and consume more\n"
                              "  disk space.\n"
                              "- Key size cannot be changed after creation; create a new key if you need a\n"
                              "  different size.\n";

constexpr const char* chain_rule = "Enter a size from 0.10 to 1.00 MB.";
constexpr const char* rotors_rule = "Enter a number of rotors from 2 to 4.";

std::optional<std::uint32_t> parse_rotors(const std::string& text) {
    if (text.size() != 1 || text[0] < '2' || text[0] > '4')
        return std::nullopt;
    return static_cast<std::uint32_t>(text[0] - '0');
}

/// A value from its flag, else from the terminal.
template <class Parse>
std::uint32_t flag_or_answer(const std::string& flag_text, const std::string& question, const std::string& flag,
    Parse parse, const char* rule, const std::string& fallback) {
    if (!flag_text.empty()) {
        if (const auto value = parse(flag_text))
            return *value;
        throw failure(errc::usage, "'" + flag_text + "' for " + flag + " is not accepted. " + rule);
    }
    const auto check = [&](const std::string& text) {
        return parse(text) ? std::nullopt : std::optional<std::string>{rule};
    };
    return *parse(ask_line(question, flag, check, fallback));
}

key_profile custom_profile(const profile_flags& flags) {
    key_geometry g;
    g.nucleus_bytes = flag_or_answer(
        flags.nucleus_mb, "Nucleus size in MB", "--nucleus-size-mb", parse_chain_megabytes, chain_rule, "0.25");
    g.rotor_bytes = flag_or_answer(
        flags.rotor_mb, "Rotor size in MB", "--rotor-size-mb", parse_chain_megabytes, chain_rule, "0.25");
    g.rotors = flag_or_answer(flags.rotors, "Number of rotors", "--number-of-rotors", parse_rotors, rotors_rule, "3");
    for (const auto& known : presets)
        if (known.geometry == g)
            return {known.name, g};
    return {"CUSTOM", g};
}

} // namespace

std::optional<std::uint32_t> parse_chain_megabytes(const std::string& text) {
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    auto fraction = point == std::string::npos ? "" : text.substr(point + 1);
    const auto digits = [](const std::string& t) { return t.find_first_not_of("0123456789") == std::string::npos; };
    if (whole.empty() || whole.size() > 2 || fraction.size() > 6 || !digits(whole) || !digits(fraction) ||
        (point != std::string::npos && fraction.empty()))
        return std::nullopt;
    fraction.resize(6, '0');
    const auto bytes = std::stoul(whole) * 1'000'000 + std::stoul(fraction);
    if (bytes < min_chain_bytes || bytes > max_chain_bytes)
        return std::nullopt;
    return static_cast<std::uint32_t>(bytes);
}

key_profile choose_profile(const profile_flags& flags) {
    const bool any_flag = !flags.nucleus_mb.empty() || !flags.rotor_mb.empty() || !flags.rotors.empty();
    if (any_flag || !interactive())
        return custom_profile(flags);
    show_guidance(preset_table());
    show_guidance(notes);
    const auto check = [](const std::string& text) {
        return text.size() == 1 && text[0] >= '1' && text[0] <= '4' ? std::nullopt
                                                                    : std::optional<std::string>{"Enter 1, 2, 3 or 4."};
    };
    const auto answer = ask_line("Key profile: 1 SMALL, 2 MEDIUM / RECOMMENDED, 3 BIG, 4 CUSTOM",
        "--nucleus-size-mb, --rotor-size-mb and --number-of-rotors", check, "2");
    if (answer != "4")
        return {presets[static_cast<std::size_t>(answer[0] - '1')].name,
            presets[static_cast<std::size_t>(answer[0] - '1')].geometry};
    show_guidance("Valid ranges: nucleus and rotor size 0.10 MB - 1.00 MB, 2 - 4 rotors.\n");
    show_guidance(capacity_guidance_table());
    return custom_profile(flags);
}

std::string capacity_summary(const key_geometry& geometry) {
    std::string lines;
    for (const auto& field : capacity_fields)
        lines += fmt::format("  {:<29} {}\n", std::string{field.name} + ":", field.value(geometry));
    lines.pop_back();
    return lines;
}

std::string preset_table() {
    std::string table = fmt::format("{:<29}", "Preset");
    for (const auto& p : presets)
        table += fmt::format(" {:>13}", std::string_view{p.name}.substr(0, 6));
    const auto row = [&](const char* name, auto value) {
        table += fmt::format("\n{:<29}", name);
        for (const auto& p : presets)
            table += fmt::format(" {:>13}", value(p.geometry));
    };
    row("Nucleus size", [](const key_geometry& g) { return decimal_size(g.nucleus_bytes, 2); });
    row("Rotor size", [](const key_geometry& g) { return decimal_size(g.rotor_bytes, 2); });
    row("Rotors", [](const key_geometry& g) { return std::to_string(g.rotors); });
    for (const auto& field : capacity_fields)
        row(field.name, field.value);
    return table + "\n";
}

std::string capacity_guidance_table() {
    std::string table = fmt::format("{:<13} {:>9} {:>9} {:>9}", "Nucleus size", "2 rotors", "3 rotors", "4 rotors");
    for (const std::uint32_t bytes : {100'000u, 250'000u, 500'000u, 750'000u, 1'000'000u}) {
        table += fmt::format("\n{:<13}", decimal_size(bytes, 2));
        for (const std::uint32_t rotors : {2u, 3u, 4u})
            table += fmt::format(" {:>9}", decimal_size(key_geometry{bytes, bytes, rotors}.capacity()));
    }
    return table + "\n";
}

} // namespace omegasafe::cli
