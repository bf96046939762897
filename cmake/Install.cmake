# What `cmake --install` puts where, and what `cpack` makes a Debian package of (scripts/package).
install(TARGETS fieldgate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES config/fieldgate.yaml DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/fieldgate)
install(FILES systemd/fieldgate.service systemd/fieldgate@.service DESTINATION lib/systemd/system)
install(FILES systemd/fieldgate.sysusers DESTINATION lib/sysusers.d RENAME fieldgate.conf)
install(DIRECTORY config/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.yaml)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The Fieldgate project")
set(CPACK_PACKAGE_CONTACT "The Fieldgate project <fieldgate@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/dist)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Takes messages from devices by TCP, TLS, UDP and MQTT, and delivers them to MQTT brokers and HTTP services.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/systemd/debian/conffiles ${PROJECT_SOURCE_DIR}/systemd/debian/postinst
                                       ${PROJECT_SOURCE_DIR}/systemd/debian/prerm)
include(CPack)
