#include "server/store/sql_statements.hpp"

#include "server/store/sql_files.hpp"
#include <charconv>
#include <map>
#include <sstream>
#include <stdexcept>

namespace omegasafe::server {

namespace {

constexpr std::string_view migrations_folder = "migrations/";
constexpr std::string_view name_mark = "-- name: ";

bool is_migration(const std::string& path) {
    return path.starts_with(migrations_folder);
}

/// Comments stand on lines of their own. They must not reach SOCI, which looks for parameters inside them too.
bool is_comment(const std::string& line) {
    return line.starts_with("--");
}

std::map<std::string, std::string, std::less<>> read_statements() {
    std::map<std::string, std::string, std::less<>> statements;
    for (const auto& [path, text] : sql_files()) {
        if (is_migration(path))
            continue;
        std::istringstream lines(text);
        std::string* current = nullptr;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(name_mark)) {
                const auto [place, is_new] = statements.emplace(line.substr(name_mark.size()), "");
                if (!is_new)
                    throw std::logic_error("Two SQL statements are named " + place->first + ".");
                current = &place->second;
            } else if (current && !is_comment(line)) {
                *current += line + "\n";
            }
        }
    }
    // One statement each: the semicolon and what follows it end the text.
    for (auto& [name, text] : statements)
        text.resize(text.find(';') == std::string::npos ? text.size() : text.find(';'));
    return statements;
}

migration read_migration(const std::string& path, const std::string& text) {
    migration step;
    const char* digits = path.data() + migrations_folder.size();
    std::from_chars(digits, path.data() + path.size(), step.version);
    std::istringstream lines(text);
    std::string statement;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || is_comment(line))
            continue;
        statement += line + "\n";
        if (line.ends_with(';')) {
            statement.resize(statement.size() - 2);
            step.statements.push_back(std::move(statement));
            statement.clear();
        }
    }
    return step;
}

std::vector<migration> read_migrations() {
    std::vector<migration> steps;
    for (const auto& [path, text] : sql_files()) {
        if (!is_migration(path))
            continue;
        steps.push_back(read_migration(path, text));
        if (steps.back().version != static_cast<int>(steps.size()))
            throw std::logic_error("The SQL migrations are not numbered 1, 2, 3 ...: " + path + ".");
    }
    return steps;
}

} // namespace

const std::string& sql_statement(std::string_view name) {
    static const auto statements = read_statements();
    const auto found = statements.find(name);
    if (found == statements.end())
        throw std::logic_error("There is no SQL statement named " + std::string{name} + ".");
    return found->second;
}

const std::vector<migration>& migrations() {
    static const auto steps = read_migrations();
    return steps;
}

} // namespace omegasafe::server
