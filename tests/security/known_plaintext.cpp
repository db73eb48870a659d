// Attacks the cipher with known plaintext and prints, for each preset, how much can be read and forged: the tables of
// docs/security.md. It works on keys of its own and needs no configuration.
#include "crypto/random.hpp"
#include "tests/security/experiments.hpp"
#include "tests/security/forgery.hpp"
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>

namespace {

using namespace omegasafe;
using namespace omegasafe::test;

constexpr auto usage = R"(usage: known_plaintext [--seed N] [--plaintext FILE] [--check] [--help]

Plays an attacker who knows part of the plaintext, against a random key of each preset, and prints Markdown tables of
what can be read or forged.
  --seed N          repeats a run: keys, texts and choices follow from N. Without it a random seed is used and printed.
  --plaintext FILE  takes FILE, repeated as often as needed, instead of the built-in English-like text.
  --check           a short run with seed 1 that fails when less than the page says can be read, or a byte comes out wrong.
)";

using text_source = std::function<bytes(std::size_t, generator&)>;

struct preset {
    std::string name;
    crypto::key_geometry geometry;
};
const std::vector<preset> presets{
    {"SMALL", crypto::small_preset}, {"MEDIUM", crypto::medium_preset}, {"BIG", crypto::big_preset}};

/// The whole experiment for one seed.
struct laboratory {
    generator random;
    text_source text;
    std::uint64_t deduced = 0;
    std::uint64_t deduced_wrongly = 0;

    crypto::cipher key_of(const preset& of) { return seeded_cipher(of.geometry, random); }
    storage::key_iteration delta_of(const preset& of) {
        storage::iteration_info info;
        info.seq_number = 1;
        info.geometry = of.geometry;
        return {info, std::shared_ptr<const crypto::cipher>(new crypto::cipher(seeded_cipher(of.geometry, random)))};
    }

    double deduced_percent(const tally& result) {
        deduced += result.right;
        deduced_wrongly += result.wrong;
        return result.percent();
    }
    double runs(const crypto::cipher& cipher, const text_source& kind, std::size_t beginning, std::size_t run,
        std::size_t turns = 40) {
        const auto plain = kind(size_of_runs(cipher.key().geometry(), beginning, turns), random);
        return deduced_percent(known_runs(cipher, plain, beginning, run, turns, random));
    }
    double scattered(const crypto::cipher& cipher, const text_source& kind, unsigned per_mille) {
        return deduced_percent(known_scattered(cipher, kind(1'000'000, random), per_mille, random));
    }
    double second_rotor_turn(const crypto::cipher& cipher, const bytes& two_turns, std::size_t more) {
        return deduced_percent(next_rotor_turn(cipher, two_turns, more));
    }
    double guessed(const crypto::cipher& cipher, std::size_t beginning, std::size_t turns = 40) {
        const auto plain = text(size_of_runs(cipher.key().geometry(), beginning, turns), random);
        return by_frequency(cipher, plain, beginning, turns).percent();
    }
};

std::size_t rotor_turn(const crypto::key_geometry& geometry) {
    return std::size_t{geometry.nucleus_maps()} * geometry.rotor_maps();
}

void print_runs(laboratory& lab, const std::string& kind, const text_source& source) {
    std::printf(
        "\nRead of a nucleus turn, by deduction alone; %s; the beginning of the file and a run of bytes in each "
        "further turn are known\n\n| key | known beginning | 16 bytes per turn | 60 bytes | 256 bytes |\n| --- | "
        "---: | ---: | ---: | ---: |\n",
        kind.c_str());
    for (const auto& of : presets) {
        const auto cipher = lab.key_of(of);
        for (const std::size_t beginning : {20'000, 100'000, 500'000}) {
            std::printf("| %s | %.2f MB |", of.name.c_str(), static_cast<double>(beginning) / 1e6);
            for (const std::size_t run : {16, 60, 256})
                std::printf(" %.1f %% |", lab.runs(cipher, source, beginning, run));
            std::printf("\n");
        }
    }
}

void print_scattered(laboratory& lab) {
    std::printf("\nRead of all unknown bytes of 1 MB of text, by deduction alone; single bytes anywhere are known\n\n"
                "| key | 1 %% known | 2 %% | 5 %% | 10 %% | 20 %% |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (const auto& of : presets) {
        const auto cipher = lab.key_of(of);
        std::printf("| %s |", of.name.c_str());
        for (const unsigned per_mille : {10, 20, 50, 100, 200})
            std::printf(" %.1f %% |", lab.scattered(cipher, lab.text, per_mille));
        std::printf("\n");
    }
}

void print_rotor_turn(laboratory& lab) {
    std::printf(
        "\nRead of the second turn of rotor 1, by deduction alone; text; the whole first turn and the beginning "
        "of the second are known\n\n| key | first turn | 100 bytes more | 300 bytes | 1,000 bytes |\n| --- | "
        "---: | ---: | ---: | ---: |\n");
    for (const auto& of : presets) {
        const auto cipher = lab.key_of(of);
        const auto plain = lab.text(2 * rotor_turn(of.geometry), lab.random);
        std::printf("| %s | %.2f MB |", of.name.c_str(), static_cast<double>(rotor_turn(of.geometry)) / 1e6);
        for (const std::size_t more : {100, 300, 1'000})
            std::printf(" %.1f %% |", lab.second_rotor_turn(cipher, plain, more));
        std::printf("\n");
    }
}

void print_guesses(laboratory& lab) {
    std::printf(
        "\nGuessed rightly in nucleus turns of which no byte is known, by the frequencies of single bytes; text; "
        "the beginning of the file is known\n\n| key | 0.10 MB known | 0.30 MB | 0.90 MB |\n| --- | ---: | "
        "---: | ---: |\n");
    for (const auto& of : presets) {
        const auto cipher = lab.key_of(of);
        std::printf("| %s |", of.name.c_str());
        for (const std::size_t beginning : {100'000, 300'000, 900'000})
            std::printf(" %.1f %% |", lab.guessed(cipher, beginning));
        std::printf("\n");
    }
}

constexpr std::string_view forged_message = "PAY 1000 TO MALLORY";

void print_forgeries(laboratory& lab) {
    std::printf(
        "\nForgery of one file that is known whole\n\n| key | file | bytes that can be replaced | contents to try "
        "for a SHA-256 that can be written | content and SHA-256 written |\n| --- | --- | ---: | ---: | --- |\n");
    const std::vector<std::pair<std::string, text_source>> kinds{
        {"text", lab.text}, {"compressed data", compressed_data}};
    for (const auto& of : presets) {
        const auto delta = lab.delta_of(of);
        for (const auto& [kind, source] : kinds)
            for (const std::size_t size : {500'000, 2'000'000}) {
                const known_file file(delta, source(size, lab.random));
                const auto bits = file.tries_for_digest();
                std::printf("| %s | %.1f MB of %s | %.1f %% | ", of.name.c_str(), static_cast<double>(size) / 1e6,
                    kind.c_str(), 100 * file.replaceable(lab.random));
                bits ? std::printf("2^%.0f | ", *bits) : std::printf("not possible | ");
                const auto tries = bits && *bits < 10 ? file.forge(forged_message, 10'000) : std::nullopt;
                tries ? std::printf("yes, try %llu; refused by the tag |\n", static_cast<unsigned long long>(*tries))
                      : std::printf("not tried |\n");
            }
    }
}

int run(std::uint64_t seed, const text_source& text, const std::string& text_name) {
    const auto start = std::chrono::steady_clock::now();
    laboratory lab{generator(seed), text};
    std::printf("Known plaintext against the rotor chain; seed %llu; text: %s\n", static_cast<unsigned long long>(seed),
        text_name.c_str());
    print_runs(lab, "text", lab.text);
    print_runs(lab, "binary records", binary_records);
    print_scattered(lab);
    print_rotor_turn(lab);
    print_guesses(lab);
    print_forgeries(lab);
    std::printf("\n%llu bytes deduced, %llu of them wrong; %.0f s\n", static_cast<unsigned long long>(lab.deduced),
        static_cast<unsigned long long>(lab.deduced_wrongly),
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return lab.deduced_wrongly == 0 ? 0 : 1;
}

/// The page's statements, with some room for other seeds and texts.
int check() {
    laboratory lab{generator(1), english_text};
    bool good = true;
    const auto at_least = [&](double bound, double percent, const char* what) {
        std::printf("%s: %.1f %%, at least %.0f %%\n", what, percent, bound);
        good &= percent >= bound;
    };
    const auto small = lab.key_of(presets[0]);
    const auto big = lab.key_of(presets[2]);
    at_least(15, lab.runs(small, english_text, 100'000, 60), "SMALL, 0.10 MB and 60 bytes per turn");
    const auto two_turns = english_text(2 * rotor_turn(crypto::small_preset), lab.random);
    at_least(90, lab.second_rotor_turn(small, two_turns, 1'000), "SMALL, a turn of rotor 1 and 1,000 bytes");
    at_least(80, lab.guessed(big, 900'000, 10), "BIG, 0.90 MB known, guessed by frequency");
    const auto delta = lab.delta_of(presets[2]);
    const known_file file(delta, compressed_data(2'000'000, lab.random));
    const bool forged = file.forge(forged_message, 10'000).has_value();
    std::printf("BIG, a known compressed file of 2 MB %sgets another content and SHA-256, and is refused by its tag\n",
        forged ? "" : "NOT ");
    std::printf("%llu bytes deduced, %llu of them wrong\n", static_cast<unsigned long long>(lab.deduced),
        static_cast<unsigned long long>(lab.deduced_wrongly));
    return good && forged && lab.deduced > 0 && lab.deduced_wrongly == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** arguments) {
    std::uint64_t seed = crypto::random_below(1'000'000'000);
    text_source text = english_text;
    std::string text_name = "built-in, English-like";
    for (int i = 1; i < count; ++i) {
        const std::string_view argument = arguments[i];
        const std::string_view value = i + 1 < count ? arguments[i + 1] : "";
        if (argument == "--help") {
            std::fputs(usage, stdout);
            return 0;
        }
        if (argument == "--check")
            return check();
        const bool is_number =
            std::from_chars(value.data(), value.data() + value.size(), seed).ptr == value.data() + value.size();
        if (argument == "--plaintext" && !value.empty()) {
            text_name = value;
            text = [text_name](std::size_t size, generator&) { return from_file(text_name, size); };
        } else if (argument != "--seed" || value.empty() || !is_number) {
            std::fputs(usage, stderr);
            return 2;
        }
        ++i;
    }
    try {
        return run(seed, text, text_name);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "known_plaintext: %s\n", problem.what());
        return 1;
    }
}
