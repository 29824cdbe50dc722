#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <typeindex>
#include <typeinfo>

#include "sagespark/base/json/value.h"
#include "sagespark/sagemaker/name_policy.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// How objects of a class derived from Base are saved: as their class's name and parameters, {"class": ..., "parameters": {...}}.
/// Base: codec::RequestRowSerializer, codec::ResponseRowDeserializer or NamePolicyFactory.
template <typename Base>
struct SavedObjectFormat {
  std::string class_name;
  std::function<json::Object(const Base& object)> save;
  std::function<std::shared_ptr<const Base>(const json::Object& parameters)> load;  ///< Throws kCorruptData when they do not fit.
};

/// Makes a class known; one of the same type or name takes its place. Thread-safe. Users call registerRequestRowSerializer and so on.
template <typename Base>
void RegisterSavedObject(std::type_index type, SavedObjectFormat<Base> format);

/// Throws kUnimplemented, naming `option` and the function that registers, when the object's class is not registered.
template <typename Base>
json::Value SaveObject(const std::string& option, const Base& object);

/// The reverse. Throws the same on a class that is not registered, and kCorruptData when it is no such JSON.
template <typename Base>
std::shared_ptr<const Base> LoadObject(const std::string& option, const json::Value& saved);

/// The text `name` of saved parameters. Throws kCorruptData when there is none.
std::string TextParameter(const json::Object& parameters, const std::string& name);

template <typename Base, typename T>
SavedObjectFormat<Base> MakeSavedObjectFormat(std::string class_name, std::function<json::Object(const T&)> save,
                                              std::function<T(const json::Object&)> load) {
  return {.class_name = std::move(class_name),
          .save = [save = std::move(save)](const Base& object) { return save(dynamic_cast<const T&>(object)); },
          .load = [load = std::move(load)](const json::Object& parameters) -> std::shared_ptr<const Base> {
            return std::make_shared<const T>(load(parameters));
          }};
}

/// Makes a serializer of your own savable with the stages that have it. `save` tells its parameters, `load` makes it from them; call it
/// before saving and before loading:
///
///   registerRequestRowSerializer<MySerializer>(
///       "com.example.MySerializer", [](const MySerializer& s) -> json::Object { return {{"column", s.column()}}; },
///       [](const json::Object& parameters) { return MySerializer(TextParameter(parameters, "column")); });
template <typename T>
void registerRequestRowSerializer(std::string className, std::type_identity_t<std::function<json::Object(const T&)>> save,
                                  std::type_identity_t<std::function<T(const json::Object&)>> load) {
  RegisterSavedObject<codec::RequestRowSerializer>(
      typeid(T), MakeSavedObjectFormat<codec::RequestRowSerializer, T>(std::move(className), std::move(save), std::move(load)));
}

/// The same for one without parameters.
template <typename T>
void registerRequestRowSerializer(std::string className) {
  registerRequestRowSerializer<T>(std::move(className), [](const T&) { return json::Object(); }, [](const json::Object&) { return T(); });
}

/// The same for a deserializer of your own.
template <typename T>
void registerResponseRowDeserializer(std::string className, std::type_identity_t<std::function<json::Object(const T&)>> save,
                                     std::type_identity_t<std::function<T(const json::Object&)>> load) {
  RegisterSavedObject<codec::ResponseRowDeserializer>(
      typeid(T), MakeSavedObjectFormat<codec::ResponseRowDeserializer, T>(std::move(className), std::move(save), std::move(load)));
}

/// The same for one without parameters.
template <typename T>
void registerResponseRowDeserializer(std::string className) {
  registerResponseRowDeserializer<T>(std::move(className), [](const T&) { return json::Object(); },
                                     [](const json::Object&) { return T(); });
}

/// The same for a name policy factory of your own.
template <typename T>
void registerNamePolicyFactory(std::string className, std::type_identity_t<std::function<json::Object(const T&)>> save,
                               std::type_identity_t<std::function<T(const json::Object&)>> load) {
  RegisterSavedObject<NamePolicyFactory>(
      typeid(T), MakeSavedObjectFormat<NamePolicyFactory, T>(std::move(className), std::move(save), std::move(load)));
}

}  // namespace sagespark::sagemaker
