/* The few things of libxml2 that the rule room uses, under their own names. The library is opened when a file of IDS or a
 * pattern with Unicode's classes first needs it: with the libraries that it brings it takes as long to start as one of our
 * programs, and most runs never ask for it. */
#ifndef TRM_RULE_XML_H
#define TRM_RULE_XML_H

#include <libxml/chvalid.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlunicode.h>

#include "../base/err.h"

/* Before the first use of a name below; any number of times, from any thread. TRM_SYS: it is not installed. */
int trm_xml_open(struct trm_err *err);

#define TRM_XML_NAMES(X) \
    X(xmlBufferContent) X(xmlBufferCreate) X(xmlBufferFree) X(xmlCtxtGetLastError) X(xmlCtxtReadMemory) \
    X(xmlDocGetRootElement) X(xmlFree) X(xmlFreeDoc) X(xmlFreeParserCtxt) X(xmlGetLineNo) X(xmlGetNoNsProp) \
    X(xmlHasProp) X(xmlIsBaseChar) X(xmlIsCombining) X(xmlIsDigit) X(xmlIsExtender) X(xmlIsIdeographic) \
    X(xmlNewParserCtxt) X(xmlNodeDump) X(xmlNodeGetContent) X(xmlUCSIsBlock) X(xmlUCSIsCat) X(xmlUCSIsCatC) \
    X(xmlUCSIsCatNd) X(xmlUCSIsCatP) X(xmlUCSIsCatZ)

struct trm_xml_table {
#define TRM_XML_MEMBER(name) __typeof__(name) *name;
    TRM_XML_NAMES(TRM_XML_MEMBER)
};
extern struct trm_xml_table trm_xml;

#ifndef TRM_XML_TABLE_ONLY
#define xmlBufferContent (*trm_xml.xmlBufferContent)
#define xmlBufferCreate (*trm_xml.xmlBufferCreate)
#define xmlBufferFree (*trm_xml.xmlBufferFree)
#define xmlCtxtGetLastError (*trm_xml.xmlCtxtGetLastError)
#define xmlCtxtReadMemory (*trm_xml.xmlCtxtReadMemory)
#define xmlDocGetRootElement (*trm_xml.xmlDocGetRootElement)
#define xmlFree (*trm_xml.xmlFree)
#define xmlFreeDoc (*trm_xml.xmlFreeDoc)
#define xmlFreeParserCtxt (*trm_xml.xmlFreeParserCtxt)
#define xmlGetLineNo (*trm_xml.xmlGetLineNo)
#define xmlGetNoNsProp (*trm_xml.xmlGetNoNsProp)
#define xmlHasProp (*trm_xml.xmlHasProp)
#define xmlIsBaseChar (*trm_xml.xmlIsBaseChar)
#define xmlIsCombining (*trm_xml.xmlIsCombining)
#define xmlIsDigit (*trm_xml.xmlIsDigit)
#define xmlIsExtender (*trm_xml.xmlIsExtender)
#define xmlIsIdeographic (*trm_xml.xmlIsIdeographic)
#define xmlNewParserCtxt (*trm_xml.xmlNewParserCtxt)
#define xmlNodeDump (*trm_xml.xmlNodeDump)
#define xmlNodeGetContent (*trm_xml.xmlNodeGetContent)
#define xmlUCSIsBlock (*trm_xml.xmlUCSIsBlock)
#define xmlUCSIsCat (*trm_xml.xmlUCSIsCat)
#define xmlUCSIsCatC (*trm_xml.xmlUCSIsCatC)
#define xmlUCSIsCatNd (*trm_xml.xmlUCSIsCatNd)
#define xmlUCSIsCatP (*trm_xml.xmlUCSIsCatP)
#define xmlUCSIsCatZ (*trm_xml.xmlUCSIsCatZ)
#endif

#endif
