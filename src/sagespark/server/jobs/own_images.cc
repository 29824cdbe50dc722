#include "sagespark/server/jobs/own_images.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "sagespark/base/json/value.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDefaultMostInstances = 16;

bool IsExecutableFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

/// Splits a command line at blanks outside of quotes.
Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return InvalidArgument("A quote is not closed");
  if (in_word) words.push_back(std::move(word));
  return words;
}

Result<std::string> FindExecutable(const std::string& name, const fs::path& folder) {
  if (name.find('/') != std::string::npos) {
    const fs::path path = fs::absolute(folder / name);
    return IsExecutableFile(path) ? Result<std::string>(path.string()) : NotFound("No executable file is there: " + path.string());
  }
  const char* path = std::getenv("PATH");
  std::istringstream places(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string place; std::getline(places, place, ':');) {
    if (!place.empty() && IsExecutableFile(fs::path(place) / name)) return (fs::absolute(place) / name).string();
  }
  return NotFound("No such executable in PATH: " + name);
}

Result<ContainerProgram> ProgramOfCommand(std::vector<std::string> words, const fs::path& folder) {
  if (words.empty()) return InvalidArgument("The command is empty");
  SAGESPARK_ASSIGN_OR_RETURN(words[0], FindExecutable(words[0], folder));
  return ContainerProgram{.command = std::move(words), .max_training_hosts = kDefaultMostInstances, .form = ContainerForm::kCommand,
                          .working_directory = fs::absolute(folder).string()};
}

Result<ContainerProgram> ProgramOfFolder(const fs::path& folder) {
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  if (!IsExecutableFile(absolute / "train") && !IsExecutableFile(absolute / "serve")) {
    return NotFound("The folder has no executable file train or serve: " + absolute.string());
  }
  return ContainerProgram{.command = {absolute.string()}, .max_training_hosts = kDefaultMostInstances, .form = ContainerForm::kFolder,
                          .working_directory = absolute.string()};
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

Result<ContainerProgram> ProgramOf(std::string_view command, const fs::path& folder) {
  if (!command.empty() && IsFolder(folder / command)) return ProgramOfFolder(folder / command);
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<std::string> words, SplitWords(command));
  return ProgramOfCommand(std::move(words), folder);
}

Result<std::vector<std::string>> TextsOf(const json::Value& value, const char* name) {
  std::vector<std::string> texts;
  if (value.if_array() == nullptr) return InvalidArgument(std::string("Member is no list of texts: ") + name);
  for (const json::Value& item : *value.if_array()) {
    if (item.if_string() == nullptr) return InvalidArgument(std::string("Member is no list of texts: ") + name);
    texts.push_back(*item.if_string());
  }
  return texts;
}

Status ReadEnvironment(const json::Value& value, std::map<std::string, std::string>& environment) {
  if (value.if_object() == nullptr) return InvalidArgument("Member is no object of texts: environment");
  for (const auto& [name, text] : *value.if_object()) {
    if (text.if_string() == nullptr) return InvalidArgument("Member is no object of texts: environment");
    environment[name] = *text.if_string();
  }
  return Status::Ok();
}

Result<OwnImage> ImageOf(const json::Value& entry, const fs::path& folder) {
  if (entry.if_object() == nullptr) return InvalidArgument("An entry of images is no object");
  static const std::set<std::string, std::less<>> kMembers = {"image", "command", "folder", "environment", "max_instances"};
  for (const auto& [name, value] : *entry.if_object()) {
    if (!kMembers.contains(name)) return InvalidArgument("Unknown member of an image: " + name);
  }
  OwnImage image;
  SAGESPARK_ASSIGN_OR_RETURN(image.uri, entry.GetString("image"));
  const json::Value* command = entry.Find("command");
  if ((command == nullptr) == (entry.Find("folder") == nullptr)) return InvalidArgument("Exactly one of command and folder is wanted: " + image.uri);
  if (command != nullptr) {
    SAGESPARK_ASSIGN_OR_RETURN(std::vector<std::string> words, TextsOf(*command, "command"));
    SAGESPARK_ASSIGN_OR_RETURN(image.program, ProgramOfCommand(std::move(words), folder));
  } else {
    SAGESPARK_ASSIGN_OR_RETURN(const std::string place, entry.GetString("folder"));
    SAGESPARK_ASSIGN_OR_RETURN(image.program, ProgramOfFolder(folder / place));
  }
  if (const json::Value* environment = entry.Find("environment")) {
    SAGESPARK_RETURN_IF_ERROR(ReadEnvironment(*environment, image.program.environment));
  }
  if (entry.Find("max_instances") != nullptr) {
    SAGESPARK_ASSIGN_OR_RETURN(image.program.max_training_hosts, entry.GetInt("max_instances"));
    if (image.program.max_training_hosts < 1) return InvalidArgument("max_instances must be at least 1: " + image.uri);
  }
  return image;
}

}  // namespace

Result<OwnImage> ParseOwnImage(std::string_view text, const fs::path& folder) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) return InvalidArgument("An image must be given as URI=COMMAND: " + std::string(text));
  OwnImage image{.uri = std::string(text.substr(0, equals))};
  auto program = ProgramOf(text.substr(equals + 1), folder);
  if (!program.ok()) return program.error().WithContext("Image " + image.uri);
  image.program = *std::move(program);
  return image;
}

Result<std::vector<OwnImage>> ReadImagesFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return NotFound("No such file of images: " + file.string());
  std::stringstream text;
  text << in.rdbuf();
  const auto parsed = json::Parse(text.str());
  if (!parsed.ok()) return parsed.error().WithContext("File of images " + file.string());
  const json::Value* entries = parsed->Find("images");
  if (entries == nullptr || entries->if_array() == nullptr) return InvalidArgument("File of images has no list \"images\": " + file.string());
  std::vector<OwnImage> images;
  for (const json::Value& entry : *entries->if_array()) {
    auto image = ImageOf(entry, fs::absolute(file).parent_path());
    if (!image.ok()) return image.error().WithContext("File of images " + file.string());
    images.push_back(*std::move(image));
  }
  return images;
}

}  // namespace sagespark::server
