#include "sagespark/server/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "sagespark/base/digest.h"
#include "sagespark/base/json/value.h"
#include "sagespark/server/store/whole_file.h"

namespace sagespark::server {
namespace {

constexpr const char* kFormat = "sagespark data folder 1\n";
constexpr const char* kAccountId = "123456789012";  // Made up; fixed, so that ARNs in notes stay right.
constexpr const char* kRegion = "us-east-1";
constexpr std::string_view kKeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";

std::string RandomText(std::string_view alphabet, size_t length) {
  std::string text = RandomBytes(length);
  for (char& c : text) c = alphabet[static_cast<uint8_t>(c) % alphabet.size()];
  return text;
}

Result<json::Value> ReadJson(const std::filesystem::path& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  Result<json::Value> value = json::Parse(text);
  if (!value.ok()) return value.error().WithContext("File is damaged: " + path.string());
  return value;
}

}  // namespace

std::filesystem::path DataFolder::DefaultPath() {
  const char* data_home = std::getenv("XDG_DATA_HOME");
  if (data_home != nullptr && *data_home == '/') return std::filesystem::path(data_home) / "sagespark";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home == nullptr ? "/tmp" : home) / ".local" / "share" / "sagespark";
}

DataFolder::DataFolder(DataFolder&& other) noexcept { *this = std::move(other); }

DataFolder& DataFolder::operator=(DataFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(credentials_, other.credentials_);
  std::swap(account_id_, other.account_id_);
  std::swap(region_, other.region_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataFolder::~DataFolder() {
  if (lock_ < 0) return;
  unlink((path_ / "address").c_str());
  close(lock_);
}

Result<DataFolder> DataFolder::OpenForServer(const std::filesystem::path& path) {
  DataFolder folder;
  std::error_code error;
  folder.path_ = std::filesystem::absolute(path, error);
  std::filesystem::create_directories(folder.path_, error);
  if (error) return IoError("Data folder cannot be made: " + folder.path_.string(), error.value());
  const std::string lock_path = folder.path_ / "lock";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return IoError("Data folder cannot be locked: " + folder.path_.string(), errno);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return Conflict("Another sagespark server uses this data folder: " + folder.path_.string());
  }
  folder.lock_ = lock;
  SAGESPARK_RETURN_IF_ERROR(folder.CreateMissing());
  SAGESPARK_RETURN_IF_ERROR(folder.Load());
  unlink((folder.path_ / "address").c_str());  // Of a server that was killed.
  return folder;
}

Result<DataFolder> DataFolder::OpenForClient(const std::filesystem::path& path) {
  DataFolder folder;
  folder.path_ = path;
  if (!std::filesystem::exists(path / "format")) return NotFound("No sagespark data folder: " + path.string());
  SAGESPARK_RETURN_IF_ERROR(folder.Load());
  return folder;
}

Status DataFolder::CreateMissing() {
  if (!std::filesystem::exists(path_ / "format")) {
    // Secrets live here, and so do users' data.
    if (chmod(path_.c_str(), 0700) != 0) return IoError("Data folder cannot be protected: " + path_.string(), errno);
    SAGESPARK_RETURN_IF_ERROR(WriteWholeFile(path_ / "format", kFormat, 0644));
  }
  if (!std::filesystem::exists(path_ / "credentials")) {
    const json::Object credentials{{"access_key_id", "AKIA" + RandomText(kKeyAlphabet, 16)},
                                   {"secret_access_key", RandomText(kSecretAlphabet, 40)}};
    SAGESPARK_RETURN_IF_ERROR(WriteWholeFile(path_ / "credentials", json::DumpPretty(credentials) + "\n", 0600));
  }
  if (!std::filesystem::exists(path_ / "settings")) {
    const json::Object settings{{"account_id", kAccountId}, {"region", kRegion}};
    SAGESPARK_RETURN_IF_ERROR(WriteWholeFile(path_ / "settings", json::DumpPretty(settings) + "\n", 0644));
  }
  return Status::Ok();
}

Status DataFolder::Load() {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string format, ReadWholeFile(path_ / "format"));
  if (format != kFormat) {
    return CorruptData("Data folder has another format: " + path_.string() + " says " + format.substr(0, 40));
  }
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value credentials, ReadJson(path_ / "credentials"));
  SAGESPARK_ASSIGN_OR_RETURN(credentials_.access_key_id, credentials.GetString("access_key_id"));
  SAGESPARK_ASSIGN_OR_RETURN(credentials_.secret_access_key, credentials.GetString("secret_access_key"));
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value settings, ReadJson(path_ / "settings"));
  SAGESPARK_ASSIGN_OR_RETURN(account_id_, settings.GetString("account_id"));
  SAGESPARK_ASSIGN_OR_RETURN(region_, settings.GetString("region"));
  return Status::Ok();
}

Status DataFolder::PublishAddress(const std::string& url, const std::string& s3_endpoint) {
  return WriteWholeFile(path_ / "address", url + "\n" + (s3_endpoint.empty() ? "" : s3_endpoint + "\n"), 0600);
}

Result<std::string> DataFolder::ReadAddress() const {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string address, ReadAddressFile());
  return address.substr(0, address.find('\n'));
}

Result<std::string> DataFolder::ReadS3Endpoint() const {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string address, ReadAddressFile());
  const size_t second = std::min(address.find('\n'), address.size() - 1) + 1;
  return address.substr(second, address.find('\n', second) - second);
}

Result<std::string> DataFolder::ReadAddressFile() const {
  const Error not_running = Unavailable("No sagespark server runs on this data folder: " + path_.string());
  const int lock = open((path_ / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return not_running;
  const bool free = flock(lock, LOCK_SH | LOCK_NB) == 0;  // A server that was killed left its address behind.
  close(lock);
  if (free) return not_running;
  Result<std::string> address = ReadWholeFile(path_ / "address");
  if (!address.ok()) return not_running;
  return address;
}

}  // namespace sagespark::server
