// What may be shown of a PostgreSQL conninfo.
#include "server/store/database_engine.hpp"
#include <algorithm>
#include <array>
#include <cctype>

namespace omegasafe::server {

namespace {

/// postgresql://user:password@host:port/database?settings -> user@host:port/database
std::string public_uri(const std::string& uri) {
    auto text = uri.substr(uri.find("://") + 3);
    text.resize(std::min(text.size(), text.find('?')));
    const auto at = text.rfind('@');
    if (at == std::string::npos)
        return text;
    return text.substr(0, std::min(at, text.find(':'))) + text.substr(at);
}

/// Reads one value from `place` on, as libpq does: quoted or not, with backslashes.
std::string read_value(const std::string& text, std::size_t& place) {
    const bool quoted = place < text.size() && text[place] == '\'';
    std::string value;
    for (place += quoted; place < text.size(); ++place) {
        if (quoted ? text[place] == '\'' : std::isspace(static_cast<unsigned char>(text[place])) != 0)
            break;
        if (text[place] == '\\' && place + 1 < text.size())
            ++place;
        value += text[place];
    }
    place += quoted;
    return value;
}

bool is_shown(const std::string& keyword) {
    const std::array<std::string_view, 5> shown{"host", "hostaddr", "port", "dbname", "user"};
    return std::find(shown.begin(), shown.end(), keyword) != shown.end();
}

} // namespace

std::string public_conninfo(const std::string& conninfo) {
    if (conninfo.find("://") != std::string::npos)
        return public_uri(conninfo);
    constexpr const char* blanks = " \t\r\n";
    std::string shown;
    std::size_t place = conninfo.find_first_not_of(blanks);
    while (place < conninfo.size()) {
        const auto equals = conninfo.find('=', place);
        if (equals == std::string::npos)
            break;
        auto keyword = conninfo.substr(place, equals - place);
        keyword.resize(keyword.find_last_not_of(blanks) + 1);
        place = std::min(conninfo.find_first_not_of(blanks, equals + 1), conninfo.size());
        const auto value = read_value(conninfo, place);
        if (is_shown(keyword))
            shown += (shown.empty() ? "" : " ") + keyword + "=" + value;
        place = std::min(conninfo.find_first_not_of(blanks, place), conninfo.size());
    }
    return shown;
}

} // namespace omegasafe::server
