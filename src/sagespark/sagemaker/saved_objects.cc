#include "sagespark/sagemaker/saved_objects.h"

#include <array>
#include <map>
#include <mutex>
#include <optional>

#include "sagespark/base/exception.h"
#include "sagespark/codec/libsvm_response_row_deserializer.h"
#include "sagespark/codec/prediction_deserializers.h"
#include "sagespark/codec/protobuf_request_row_serializer.h"
#include "sagespark/codec/text_request_row_serializers.h"

namespace sagespark::sagemaker {
namespace {

/// What registers a class, for messages.
template <typename Base>
constexpr const char* kRegisteredBy = "";
template <>
constexpr const char* kRegisteredBy<codec::RequestRowSerializer> = "sagemaker::registerRequestRowSerializer";
template <>
constexpr const char* kRegisteredBy<codec::ResponseRowDeserializer> = "sagemaker::registerResponseRowDeserializer";
template <>
constexpr const char* kRegisteredBy<NamePolicyFactory> = "sagemaker::registerNamePolicyFactory";

template <typename Base>
class Registry {
 public:
  using Format = SavedObjectFormat<Base>;

  void Add(std::type_index type, Format format) {
    const std::lock_guard lock(mutex_);
    types_.insert_or_assign(format.class_name, type);
    formats_.insert_or_assign(type, std::move(format));
  }

  std::optional<Format> Find(std::type_index type) const {
    const std::lock_guard lock(mutex_);
    const auto found = formats_.find(type);
    return found != formats_.end() ? std::optional(found->second) : std::nullopt;
  }

  std::optional<Format> Find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = types_.find(name);
    return found != types_.end() ? std::optional(formats_.at(found->second)) : std::nullopt;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::type_index, Format> formats_;
  std::map<std::string, std::type_index> types_;
};

constexpr char kSerializers[] = "com.amazonaws.services.sagemaker.sparksdk.transformation.serializers.";
constexpr char kDeserializers[] = "com.amazonaws.services.sagemaker.sparksdk.transformation.deserializers.";
constexpr char kPackage[] = "com.amazonaws.services.sagemaker.sparksdk.";

/// A class of ours: its format from the function that tells its parameters and the one that makes it.
template <typename T, typename Base, typename Save, typename Load>
void Add(Registry<Base>& registry, std::string class_name, Save save, Load load) {
  registry.Add(typeid(T), MakeSavedObjectFormat<Base, T>(std::move(class_name), save, load));
}

template <typename T>
void AddFeaturesSerializer(Registry<codec::RequestRowSerializer>& registry, const char* name) {
  Add<T>(registry, std::string(kSerializers) + name,
         [](const T& serializer) -> json::Object { return {{"featuresColumnName", serializer.features_column()}}; },
         [](const json::Object& parameters) { return T(TextParameter(parameters, "featuresColumnName")); });
}

/// A deserializer whose only parameters are the names of its columns.
template <typename T, size_t kColumns>
void AddColumnsDeserializer(Registry<codec::ResponseRowDeserializer>& registry, const char* name,
                            std::array<const char*, kColumns> parameter_names) {
  const auto save = [parameter_names](const T& deserializer) {
    json::Object parameters;
    for (size_t i = 0; i < kColumns; ++i) parameters[parameter_names[i]] = deserializer.fields()[i].name;
    return parameters;
  };
  const auto load = [parameter_names](const json::Object& parameters) {
    if constexpr (kColumns == 1) {
      return T(TextParameter(parameters, parameter_names[0]));
    } else {
      return T(TextParameter(parameters, parameter_names[0]), TextParameter(parameters, parameter_names[1]));
    }
  };
  Add<T>(registry, std::string(kDeserializers) + name, save, load);
}

json::Value TypeName(const data::DataType& type) { return type.ToString(); }

data::DataType TypeNamed(const std::string& name) {
  for (int id = 0; id <= static_cast<int>(data::TypeId::kVector); ++id) {
    const auto type = static_cast<data::TypeId>(id);
    if (type == data::TypeId::kArray || type == data::TypeId::kStruct) continue;
    if (data::DataType(type).ToString() == name) return type;
  }
  throw Exception(CorruptData("Saved column has an unknown type: " + name));
}

json::Object SaveProtobufDeserializer(const codec::ProtobufResponseRowDeserializer& deserializer) {
  json::Array schema;
  for (const data::Field& field : deserializer.fields()) {
    schema.emplace_back(json::Object{{"name", field.name}, {"type", TypeName(field.type)}, {"nullable", field.nullable}});
  }
  json::Array keys;
  for (const std::string& key : deserializer.keys()) keys.emplace_back(key);
  return {{"schema", std::move(schema)}, {"protobufKeys", std::move(keys)}};
}

const json::Array& ArrayParameter(const json::Object& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  if (found == parameters.end() || found->second.if_array() == nullptr) throw Exception(CorruptData("Saved parameters have no list " + name));
  return *found->second.if_array();
}

codec::ProtobufResponseRowDeserializer LoadProtobufDeserializer(const json::Object& parameters) {
  std::vector<data::Field> fields;
  for (const json::Value& column : ArrayParameter(parameters, "schema")) {
    if (column.if_object() == nullptr) throw Exception(CorruptData("Saved column is no object"));
    const json::Value* nullable = column.Find("nullable");
    fields.push_back({.name = TextParameter(*column.if_object(), "name"),
                      .type = TypeNamed(TextParameter(*column.if_object(), "type")),
                      .nullable = nullable == nullptr || nullable->if_bool() == nullptr || *nullable->if_bool()});
  }
  std::vector<std::string> keys;
  for (const json::Value& key : ArrayParameter(parameters, "protobufKeys")) {
    if (key.if_string() == nullptr) throw Exception(CorruptData("Saved protobufKeys are no texts"));
    keys.push_back(*key.if_string());
  }
  return codec::ProtobufResponseRowDeserializer(std::move(fields), std::move(keys));
}

void AddOwn(Registry<codec::RequestRowSerializer>& registry) {
  AddFeaturesSerializer<codec::ProtobufRequestRowSerializer>(registry, "ProtobufRequestRowSerializer");
  AddFeaturesSerializer<codec::UnlabeledLibSVMRequestRowSerializer>(registry, "UnlabeledLibSVMRequestRowSerializer");
  AddFeaturesSerializer<codec::UnlabeledCSVRequestRowSerializer>(registry, "UnlabeledCSVRequestRowSerializer");
  using Labeled = codec::LibSVMRequestRowSerializer;
  Add<Labeled>(registry, std::string(kSerializers) + "LibSVMRequestRowSerializer",
               [](const Labeled& serializer) -> json::Object {
                 return {{"labelColumnName", serializer.label_column()}, {"featuresColumnName", serializer.features_column()}};
               },
               [](const json::Object& parameters) {
                 return Labeled(TextParameter(parameters, "labelColumnName"), TextParameter(parameters, "featuresColumnName"));
               });
}

void AddOwn(Registry<codec::ResponseRowDeserializer>& registry) {
  using std::array;
  AddColumnsDeserializer<codec::KMeansProtobufResponseRowDeserializer>(
      registry, "KMeansProtobufResponseRowDeserializer", array{"distanceToClusterColumnName", "closestClusterColumnName"});
  AddColumnsDeserializer<codec::PCAProtobufResponseRowDeserializer>(registry, "PCAProtobufResponseRowDeserializer",
                                                                    array{"projectionColumnName"});
  AddColumnsDeserializer<codec::LDAProtobufResponseRowDeserializer>(registry, "LDAProtobufResponseRowDeserializer",
                                                                    array{"projectionColumnName"});
  AddColumnsDeserializer<codec::LinearLearnerBinaryClassifierProtobufResponseRowDeserializer>(
      registry, "LinearLearnerBinaryClassifierProtobufResponseRowDeserializer",
      array{"scoreColumnName", "predictedLabelColumnName"});
  AddColumnsDeserializer<codec::LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer>(
      registry, "LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer",
      array{"scoreColumnName", "predictedLabelColumnName"});
  AddColumnsDeserializer<codec::LinearLearnerRegressorProtobufResponseRowDeserializer>(
      registry, "LinearLearnerRegressorProtobufResponseRowDeserializer", array{"scoreColumnName"});
  AddColumnsDeserializer<codec::FactorizationMachinesBinaryClassifierDeserializer>(
      registry, "FactorizationMachinesBinaryClassifierDeserializer", array{"scoreColumnName", "predictedLabelColumnName"});
  AddColumnsDeserializer<codec::FactorizationMachinesRegressorDeserializer>(
      registry, "FactorizationMachinesRegressorDeserializer", array{"scoreColumnName"});
  AddColumnsDeserializer<codec::XGBoostCSVRowDeserializer>(registry, "XGBoostCSVRowDeserializer", array{"predictionColumnName"});
  AddColumnsDeserializer<codec::XGBoostCSVVectorRowDeserializer>(registry, "XGBoostCSVVectorRowDeserializer",
                                                                 array{"predictionColumnName"});
  using LibSVM = codec::LibSVMResponseRowDeserializer;
  Add<LibSVM>(registry, std::string(kDeserializers) + "LibSVMResponseRowDeserializer",
              [](const LibSVM& deserializer) -> json::Object {
                return {{"dim", deserializer.dim()},
                        {"labelColumnName", deserializer.fields()[0].name},
                        {"featuresColumnName", deserializer.fields()[1].name}};
              },
              [](const json::Object& parameters) {
                return LibSVM(OrThrow(json::Value(parameters).GetInt("dim")), TextParameter(parameters, "labelColumnName"),
                              TextParameter(parameters, "featuresColumnName"));
              });
  Add<codec::ProtobufResponseRowDeserializer>(registry, std::string(kDeserializers) + "ProtobufResponseRowDeserializer",
                                              SaveProtobufDeserializer, LoadProtobufDeserializer);
}

/// The four names of a policy or factory.
template <typename Names>
json::Object SaveNames(const Names& names) {
  return {{"trainingJobName", names.trainingJobName()},
          {"modelName", names.modelName()},
          {"endpointConfigName", names.endpointConfigName()},
          {"endpointName", names.endpointName()}};
}

template <typename T>
T LoadNames(const json::Object& parameters) {
  return T(TextParameter(parameters, "trainingJobName"), TextParameter(parameters, "modelName"),
           TextParameter(parameters, "endpointConfigName"), TextParameter(parameters, "endpointName"));
}

void AddOwn(Registry<NamePolicyFactory>& registry) {
  Add<RandomNamePolicyFactory>(
      registry, std::string(kPackage) + "RandomNamePolicyFactory",
      [](const RandomNamePolicyFactory& factory) -> json::Object { return {{"prefix", factory.prefix()}}; },
      [](const json::Object& parameters) { return RandomNamePolicyFactory(TextParameter(parameters, "prefix")); });
  Add<CustomNamePolicyFactory>(registry, std::string(kPackage) + "CustomNamePolicyFactory",
                               [](const CustomNamePolicyFactory& factory) { return SaveNames(*factory.createNamePolicy()); },
                               LoadNames<CustomNamePolicyFactory>);
  Add<CustomNamePolicyWithTimeStampSuffixFactory>(registry, std::string(kPackage) + "CustomNamePolicyWithTimeStampSuffixFactory",
                                                  SaveNames<CustomNamePolicyWithTimeStampSuffixFactory>,
                                                  LoadNames<CustomNamePolicyWithTimeStampSuffixFactory>);
}

template <typename Base>
Registry<Base>& GetRegistry() {
  static auto* const registry = [] {  // Never destroyed: stages may be saved while the program ends.
    auto* made = new Registry<Base>();
    AddOwn(*made);
    return made;
  }();
  return *registry;
}

template <typename Base>
Error NotRegistered(const std::string& option, const std::string& what) {
  return Unimplemented("Class of " + option + " is not registered (" + kRegisteredBy<Base> + "<YourClass>(\"your.ClassName\", ...) makes it known" +
                       what + ")");
}

}  // namespace

std::string TextParameter(const json::Object& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  if (found != parameters.end() && found->second.if_string() != nullptr) return *found->second.if_string();
  throw Exception(CorruptData("Saved parameters have no text " + name));
}

template <typename Base>
void RegisterSavedObject(std::type_index type, SavedObjectFormat<Base> format) {
  GetRegistry<Base>().Add(type, std::move(format));
}

template <typename Base>
json::Value SaveObject(const std::string& option, const Base& object) {
  const auto format = GetRegistry<Base>().Find(std::type_index(typeid(object)));
  if (!format) throw Exception(NotRegistered<Base>(option, ""));
  return json::Object{{"class", format->class_name}, {"parameters", format->save(object)}};
}

template <typename Base>
std::shared_ptr<const Base> LoadObject(const std::string& option, const json::Value& saved) {
  const json::Value* parameters = saved.Find("parameters");
  if (parameters == nullptr || parameters->if_object() == nullptr) throw Exception(CorruptData("Saved option has no class and parameters: " + option));
  const std::string name = TextParameter(*saved.if_object(), "class");
  const auto format = GetRegistry<Base>().Find(name);
  if (!format) throw Exception(NotRegistered<Base>(option, "; saved was \"" + name + "\""));
  return format->load(*parameters->if_object());
}

template void RegisterSavedObject(std::type_index, SavedObjectFormat<codec::RequestRowSerializer>);
template void RegisterSavedObject(std::type_index, SavedObjectFormat<codec::ResponseRowDeserializer>);
template void RegisterSavedObject(std::type_index, SavedObjectFormat<NamePolicyFactory>);
template json::Value SaveObject(const std::string&, const codec::RequestRowSerializer&);
template json::Value SaveObject(const std::string&, const codec::ResponseRowDeserializer&);
template json::Value SaveObject(const std::string&, const NamePolicyFactory&);
template std::shared_ptr<const codec::RequestRowSerializer> LoadObject(const std::string&, const json::Value&);
template std::shared_ptr<const codec::ResponseRowDeserializer> LoadObject(const std::string&, const json::Value&);
template std::shared_ptr<const NamePolicyFactory> LoadObject(const std::string&, const json::Value&);

}  // namespace sagespark::sagemaker
