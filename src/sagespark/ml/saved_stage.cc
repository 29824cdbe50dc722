#include "sagespark/ml/saved_stage.h"

#include <charconv>
#include <chrono>
#include <map>
#include <mutex>

#include "sagespark/base/clock.h"
#include "sagespark/ml/saved_native_stages.h"
#include "sagespark/ml/saved_params.h"

namespace sagespark::ml {
namespace {

constexpr int kOldestVersion = 2;  // Spark 1.6 and before saved models in other layouts.

struct KnownClass {
  std::string name;
  StageFormat format;
};

class KnownClasses {
 public:
  static KnownClasses& Get() {
    static KnownClasses* const classes = [] {  // Never destroyed: stages may be saved while the program ends.
      auto* made = new KnownClasses();
      RegisterNativeStages([made](std::type_index type, std::string name, StageFormat format) {
        made->Add(type, std::move(name), std::move(format));
      });
      return made;
    }();
    return *classes;
  }

  void Add(std::type_index type, std::string name, StageFormat format) {
    const std::lock_guard lock(mutex_);
    types_.insert_or_assign(name, type);
    classes_.insert_or_assign(type, KnownClass{std::move(name), std::move(format)});
  }

  std::shared_ptr<const KnownClass> Find(std::type_index type) const {
    const std::lock_guard lock(mutex_);
    const auto found = classes_.find(type);
    return found != classes_.end() ? std::make_shared<const KnownClass>(found->second) : nullptr;
  }

  std::shared_ptr<const KnownClass> Find(const std::string& name) const {
    std::unique_lock lock(mutex_);
    const auto found = types_.find(name);
    if (found == types_.end()) return nullptr;
    lock.unlock();
    return Find(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::type_index, KnownClass> classes_;
  std::map<std::string, std::type_index> types_;
};

int64_t MillisecondsSinceEpoch() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::System().Now().time_since_epoch()).count();
}

/// One line, members in Spark's order.
std::string ToLine(const StageMetadata& metadata) {
  const auto member = [](const std::string& name, const json::Value& value) { return "\"" + name + "\":" + json::Dump(value); };
  std::string line = "{" + member("class", metadata.class_name) + "," + member("timestamp", MillisecondsSinceEpoch()) + "," +
                     member("sparkVersion", metadata.spark_version) + "," + member("uid", metadata.uid) + "," +
                     member("paramMap", metadata.param_map) + "," + member("defaultParamMap", metadata.default_param_map);
  for (const auto& [name, value] : metadata.extra) line += "," + member(name, value);
  return line + "}\n";
}

[[noreturn]] void ThrowTorn(const StageFolder& folder, const std::string& why) {
  throw Exception(CorruptData("Saved stage is torn: " + folder.text() + " " + why));
}

json::Object ObjectMember(const StageFolder& folder, const json::Value& metadata, const char* name, bool required) {
  const json::Value* member = metadata.Find(name);
  if (member == nullptr && !required) return {};  // Spark before 2.4 had no defaultParamMap.
  if (member == nullptr || member->if_object() == nullptr) ThrowTorn(folder, std::string("has no object ") + name + " in its metadata");
  return *member->if_object();
}

std::string TextMember(const StageFolder& folder, const json::Value& metadata, const char* name) {
  const json::Value* member = metadata.Find(name);
  if (member == nullptr || member->if_string() == nullptr) ThrowTorn(folder, std::string("has no text ") + name + " in its metadata");
  return *member->if_string();
}

std::string FirstLine(const StageFolder& folder) {
  for (const std::string& file : folder.ReadAll("metadata")) {
    if (!file.empty()) return file.substr(0, file.find('\n'));
  }
  if (folder.Files().empty()) throw Exception(NotFound("Saved stage does not exist: " + folder.text()));
  ThrowTorn(folder, "has no metadata/part-*");
}

void CheckVersion(const StageFolder& folder, const std::string& version) {
  int major = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
  const bool is_number = error == std::errc() && end != version.data() + version.size() && *end == '.';
  if (is_number && major >= kOldestVersion) return;
  throw Exception(Unimplemented("Saved stage is of another version: " + folder.text() + " has sparkVersion \"" + version +
                                "\"; read are 2.0 and later"));
}

StageMetadata ReadMetadata(const StageFolder& folder) {
  const Result<json::Value> parsed = json::Parse(FirstLine(folder));
  if (!parsed.ok()) ThrowTorn(folder, "has broken metadata: " + parsed.error().message());
  const json::Value& line = *parsed;
  if (line.if_object() == nullptr) ThrowTorn(folder, "has broken metadata: no object");
  StageMetadata metadata{.class_name = TextMember(folder, line, "class"),
                         .spark_version = TextMember(folder, line, "sparkVersion"),
                         .uid = TextMember(folder, line, "uid"),
                         .param_map = ObjectMember(folder, line, "paramMap", true),
                         .default_param_map = ObjectMember(folder, line, "defaultParamMap", false),
                         .extra = *line.if_object()};
  for (const char* own : {"class", "timestamp", "sparkVersion", "uid", "paramMap", "defaultParamMap"}) metadata.extra.erase(own);
  CheckVersion(folder, metadata.spark_version);
  return metadata;
}

/// Deletes the stage that is saved in `folder`.
void DeleteSavedStage(const StageFolder& folder, const std::vector<Uri>& files) {
  const std::string prefix = folder.uri().path + "/";
  for (const Uri& file : files) {
    const std::string own = file.path.starts_with(prefix) ? file.path.substr(prefix.size()) : file.path;
    const bool is_ours = own.starts_with("metadata/") || own.starts_with("data/") || own.starts_with("stages/");
    if (is_ours) continue;
    throw Exception(Conflict("Folder is not replaced, for it holds other files than a saved stage's: " + folder.text() + " has " + own));
  }
  for (const Uri& file : files) OrThrow(folder.file_system().Delete(file));
}

}  // namespace

void registerStageFormat(std::type_index type, std::string class_name, StageFormat format) {
  KnownClasses::Get().Add(type, std::move(class_name), std::move(format));
}

std::string RegisteredClassName(std::type_index type) {
  const auto known = KnownClasses::Get().Find(type);
  return known != nullptr ? known->name : "";
}

void ThrowOtherClass(std::type_index expected, std::type_index found, const std::string& path) {
  throw Exception(InvalidArgument("Saved stage is of another class: expected " + RegisteredClassName(expected) + ", found " +
                                  RegisteredClassName(found) + " in " + path));
}

StageFiles SaveStage(const PipelineStage& stage, const sql::SparkSession& spark) {
  const auto known = KnownClasses::Get().Find(std::type_index(typeid(stage)));
  if (known == nullptr) {
    throw Exception(Unimplemented("Stage cannot be saved, for its class is not registered (ml::registerStage<YourStage>(\"your.ClassName\") "
                                  "makes it known): " + stage.uid()));
  }
  StageMetadata metadata{.class_name = known->name,
                         .spark_version = spark.version(),
                         .uid = stage.uid(),
                         .param_map = SavedParams::Set(stage),
                         .default_param_map = SavedParams::Defaults(stage),
                         .extra = {}};
  StageFiles files;
  if (known->format.save != nullptr) known->format.save(stage, spark, files, metadata);
  files.Add("metadata/part-00000", ToLine(metadata));  // Last, so that a folder with metadata is whole.
  files.Add("metadata/_SUCCESS", "");
  return files;
}

std::shared_ptr<PipelineStage> LoadStage(const StageFolder& folder) {
  StageMetadata metadata = ReadMetadata(folder);
  const auto known = KnownClasses::Get().Find(metadata.class_name);
  if (known == nullptr) {
    throw Exception(Unimplemented("Class of a saved stage is not known (ml::registerStage<YourStage>(\"" + metadata.class_name +
                                  "\") makes it known): " + metadata.class_name + " in " + folder.text()));
  }
  try {
    std::shared_ptr<PipelineStage> stage = known->format.load(folder, metadata);
    SavedParams::Restore(metadata.default_param_map, metadata.param_map, *stage);
    return stage;
  } catch (const Exception& exception) {
    if (exception.error().message().find(folder.text()) != std::string::npos) throw;  // A stage within has told it.
    throw Exception(exception.error().WithContext("Saved stage cannot be loaded: " + folder.text()));
  }
}

MLWriter PipelineStage::write() const { return MLWriter(copyStage({})); }

void MLWriter::save(const std::string& path) const {
  const sql::SparkSession spark = sql::SparkSession::builder().getOrCreate();
  const StageFiles files = SaveStage(*stage_, spark);
  const StageFolder folder(spark, path);
  const std::vector<Uri> existing = folder.Files();
  const bool is_file = existing.empty() && folder.file_system().Stat(folder.uri()).ok();
  if (is_file || (!existing.empty() && !overwrite_)) {
    throw Exception(AlreadyExists("Path exists already (write().overwrite().save(path) replaces a saved stage): " + folder.text()));
  }
  DeleteSavedStage(folder, existing);
  OrThrow(files.WriteTo(folder.file_system(), folder.uri()));
}

}  // namespace sagespark::ml
