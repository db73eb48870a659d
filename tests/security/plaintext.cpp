#include "tests/security/plaintext.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace omegasafe::test {

namespace {

/// Frequent words, most frequent first; the second half is there for the rarer letters.
constexpr std::string_view word_list =
    "the of and to a in is that for it was on as with be by at this from are have or an not they which you were all "
    "can had one their has there been if more when will would who so no out up into them then some these its about "
    "what may other only new than time two could any first after such also our over most even made must many where "
    "year work used through back well where before way state should because people each little just those between "
    "world still own see men day get here life same another under know while last might great public never house "
    "against system high right program question during fact though number place small large without again part often "
    "however water school given until always general far side possible important head order form set several group "
    "young national money business company government president problem local service report market power service "
    "interest member community history office change development study material court human effect expect require "
    "knowledge language quite object subject project maximum example explain exact exchange quality equal quick zero "
    "size organize realize judge major journey join enjoy provide believe review involve survey value available "
    "backup kernel key lock check thanks weekend unknown network framework background technique unique frequency";

std::vector<std::string_view> words() {
    std::vector<std::string_view> found;
    for (std::size_t at = 0; at < word_list.size();) {
        const auto end = std::min(word_list.find(' ', at), word_list.size());
        found.push_back(word_list.substr(at, end - at));
        at = end + 1;
    }
    return found;
}

/// Draws a word's number by Zipf's law: the k-th word is 1/k times as frequent as the first.
class zipf {
public:
    explicit zipf(std::size_t count) {
        double sum = 0;
        for (std::size_t rank = 1; rank <= count; ++rank)
            bounds_.push_back(sum += 1.0 / static_cast<double>(rank));
    }
    std::size_t draw(generator& random) const {
        const double at = static_cast<double>(random() >> 11) * 0x1p-53 * bounds_.back();
        return static_cast<std::size_t>(std::upper_bound(bounds_.begin(), bounds_.end() - 1, at) - bounds_.begin());
    }

private:
    std::vector<double> bounds_;
};

std::string sentence(const std::vector<std::string_view>& known, const zipf& ranks, generator& random) {
    std::string text;
    const auto count = 5 + below(random, 18);
    for (std::uint64_t i = 0; i < count; ++i) {
        std::string word =
            below(random, 60) == 0 ? std::to_string(below(random, 3'000)) : std::string(known[ranks.draw(random)]);
        if ((i == 0 || below(random, 25) == 0) && word[0] >= 'a')
            word[0] = static_cast<char>(word[0] - 'a' + 'A');
        text += word;
        if (i + 1 < count)
            text += below(random, 12) == 0 ? ", " : " ";
    }
    constexpr std::array ends{". ", ". ", ". ", ". ", ". ", ".\n\n", ".\n\n", "? ", "! ", "; "};
    return text + ends[below(random, ends.size())];
}

template <class Number>
void append(bytes& out, Number number) {
    const auto raw = std::bit_cast<std::array<std::uint8_t, sizeof(Number)>>(number); // little-endian machines only
    out.insert(out.end(), raw.begin(), raw.end());
}

} // namespace

bytes english_text(std::size_t size, generator& random) {
    const auto known = words();
    const zipf ranks(known.size());
    bytes text;
    while (text.size() < size) {
        const auto next = sentence(known, ranks, random);
        text.insert(text.end(), next.begin(), next.end());
    }
    text.resize(size);
    return text;
}

bytes binary_records(std::size_t size, generator& random) {
    const auto known = words();
    const zipf ranks(known.size());
    bytes table;
    for (std::uint32_t id = 1; table.size() < size; ++id) {
        append(table, id);
        append(table, static_cast<std::uint32_t>(1'700'000'000 + id * 60 + below(random, 60)));
        append(table, below(random, 4) == 0 ? below(random, 1'000'000) : below(random, 200));
        append(table, std::exp2(static_cast<double>(below(random, 1'000)) / 50));
        append(table, static_cast<std::uint16_t>(below(random, 8)));
        append(table, static_cast<std::uint16_t>(below(random, 300)));
        append(table, std::uint32_t{0});
        std::string name(known[ranks.draw(random)]);
        name.resize(32);
        table.insert(table.end(), name.begin(), name.end());
    }
    table.resize(size);
    return table;
}

bytes compressed_data(std::size_t size, generator& random) {
    bytes data(size);
    for (auto& byte : data)
        byte = static_cast<std::uint8_t>(random() >> 56);
    return data;
}

bytes from_file(const std::string& path, std::size_t size) {
    std::ifstream in(path, std::ios::binary);
    const bytes content{std::istreambuf_iterator<char>(in), {}};
    if (content.empty())
        throw std::runtime_error("cannot read " + path + ", or it is empty");
    bytes text(size);
    for (std::size_t i = 0; i < size; ++i)
        text[i] = content[i % content.size()];
    return text;
}

} // namespace omegasafe::test
